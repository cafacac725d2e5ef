"""What pages and feeds show: the board, back issues, documents, search, how sources stand."""
