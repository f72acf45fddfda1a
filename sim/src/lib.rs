//! The same core in a simulated world: clock, network, phones, carriers, customers.

pub mod character;
pub mod customer;
pub mod network;
pub mod phone;
pub mod shelf;
pub mod sound;
pub mod world;

pub use character::{Act, Answer, Character};
pub use phone::{FAX_TONE, PhoneOutput, Phones};
pub use world::World;
