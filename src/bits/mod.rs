//! Floor 0: packed arithmetic on one- and two-bit codes.
