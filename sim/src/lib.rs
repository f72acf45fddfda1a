//! The same core in a simulated world: clock, network, phones, carriers, customers.

pub mod character;
pub mod customer;
mod departure;
pub mod engine;
pub mod files;
pub mod generate;
pub mod invariants;
pub mod network;
pub mod order;
pub mod phone;
pub mod plane;
pub mod play;
pub mod scenario;
pub mod shelf;
pub mod sound;
pub mod tap;
mod voice;
pub mod world;

pub use character::{Act, Answer, Character};
pub use files::run_files;
pub use phone::{PhoneOutput, Phones, own_tone};
pub use world::World;
