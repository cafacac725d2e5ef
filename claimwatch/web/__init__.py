"""The pages that readers see: to subscribe, confirm, choose and stop. They work without JavaScript and track nobody."""
