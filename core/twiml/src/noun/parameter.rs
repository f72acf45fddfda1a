//! `<Parameter>` and `<Config>`: a name and a value handed on.

use crate::warning::Code;

element! {
    /// A value of the customer's own, handed to the other side.
    pub struct Parameter = "Parameter";
    /// Its name.
    name: Option<String> = None, "name", Code::Schema;
    /// Its value.
    value: Option<String> = None, "value", Code::Schema;
    -> content {}
}

element! {
    /// A setting of the engine behind the noun.
    pub struct Config = "Config";
    /// Its name.
    name: Option<String> = None, "name", Code::Schema;
    /// Its value.
    value: Option<String> = None, "value", Code::Schema;
    -> content {}
}
