//! Raising alarms in the transaction of what happened, sending them, and pinging the outside world.

pub mod choices;
mod facts;
pub mod late;
mod letter;
pub mod people;
pub mod pings;
pub mod post;
pub mod pushes;
pub mod styled;
pub mod tell;
pub mod turn;
