//! Floor 6: an experiment is a declaration that leaves a record.
