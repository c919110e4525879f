//! Floor 6: pictures, each a pure function of a record.
