//! Floor 8: the command line, one verb a file.
