"""What is run at development time: graphs, training, data; nothing of it is installed."""
