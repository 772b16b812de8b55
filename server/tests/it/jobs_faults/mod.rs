//! The real program over a real database and a real mail server, and what can happen to it: it is killed at named points
//! and at random, stopped past its lease, its mail server breaks off, its clock is set, its database goes away, its disk
//! is full. Each time the invariants of SCHEDULING are held against what the mail server has taken.
//!
//! What takes minutes is left to `make soak`.

mod clock;
mod files;
mod instances;
mod kinds;
mod points;
mod random;
mod stage;
mod surroundings;
mod wire;
