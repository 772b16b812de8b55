//! Rules of imports that need the database: staging a file, showing what it would bring, bringing it.

pub mod demo;
mod people;
mod progress;
mod reading;
pub mod review;
pub mod staging;
pub mod start;
mod write;
