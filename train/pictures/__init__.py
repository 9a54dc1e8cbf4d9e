"""Where training pictures come from: the open set that is built, folders and data sets, and samples made of them."""
