//! How an element is declared: one macro gives the type, its reader, its writer and its table.

use crate::parse::{Node, Reader};
use crate::schema::{Attribute, Shape};
use crate::value::{Read, Value};
use crate::warning::Code;
use crate::write::Writer;

/// What became of one attribute.
pub(crate) enum Set {
    /// It is set.
    Done,
    /// Some words of its list are unknown.
    Partly(Code),
    /// Its value is none it may have; the default stays.
    Invalid(Code),
    /// The element has no attribute of this name.
    Unknown,
}

/// An element with attributes and content.
pub(crate) trait Element: Default {
    const NAME: &'static str;
    const ATTRIBUTES: &'static [Attribute];
    /// The code told of a child that may not stand here.
    const NESTING: Code;
    /// Whether text may stand here.
    const TEXT: bool;
    fn children() -> Vec<&'static str>;
    fn shapes(out: &mut Vec<Shape>);
    fn set(&mut self, name: &str, text: &str) -> Set;
    fn attributes(&self) -> Vec<(&'static str, String)>;
    fn read_content(&mut self, node: Node<'_, '_>, reader: &mut Reader<'_, '_>);
    fn write_content(&self, writer: &mut Writer);
}

/// Something that stands in an element: one element, or one of several.
pub(crate) trait Child: Sized {
    /// Whether bare text stands for one of these.
    const BARE: bool = false;
    fn names() -> Vec<&'static str>;
    fn shapes(out: &mut Vec<Shape>);
    fn read(node: Node<'_, '_>, reader: &mut Reader<'_, '_>) -> Option<Self>;
    fn write(&self, writer: &mut Writer);
    fn from_text(_text: String) -> Option<Self> {
        None
    }
}

impl<T: Element> Child for T {
    fn names() -> Vec<&'static str> {
        vec![T::NAME]
    }
    fn shapes(out: &mut Vec<Shape>) {
        if out
            .iter()
            .any(|shape| shape.name == T::NAME && shape.attributes == T::ATTRIBUTES)
        {
            return;
        }
        out.push(Shape {
            name: T::NAME,
            attributes: T::ATTRIBUTES,
            children: T::children(),
            text: T::TEXT,
        });
        <T as Element>::shapes(out);
    }
    fn read(node: Node<'_, '_>, reader: &mut Reader<'_, '_>) -> Option<Self> {
        (node.tag_name().name() == T::NAME).then(|| reader.element(node))
    }
    fn write(&self, writer: &mut Writer) {
        writer.element(self);
    }
}

/// A field that holds children: as many as come, or one.
pub(crate) trait Hold<T> {
    fn hold(&mut self, child: T);
}

impl<T> Hold<T> for Vec<T> {
    fn hold(&mut self, child: T) {
        self.push(child);
    }
}

impl<T> Hold<T> for Option<T> {
    fn hold(&mut self, child: T) {
        *self = Some(child);
    }
}

/// A part of an element's content, kept in one field.
pub(crate) trait Part: Default {
    const TEXT: bool;
    fn names() -> Vec<&'static str>;
    fn shapes(out: &mut Vec<Shape>);
    fn read(node: Node<'_, '_>, reader: &mut Reader<'_, '_>) -> Self;
    fn write(&self, writer: &mut Writer);
}

impl Part for String {
    const TEXT: bool = true;
    fn names() -> Vec<&'static str> {
        Vec::new()
    }
    fn shapes(_: &mut Vec<Shape>) {}
    fn read(node: Node<'_, '_>, _: &mut Reader<'_, '_>) -> Self {
        crate::parse::text(node)
    }
    fn write(&self, writer: &mut Writer) {
        writer.text(self);
    }
}

impl<T: Child> Part for Vec<T> {
    const TEXT: bool = T::BARE;
    fn names() -> Vec<&'static str> {
        T::names()
    }
    fn shapes(out: &mut Vec<Shape>) {
        T::shapes(out);
    }
    fn read(node: Node<'_, '_>, reader: &mut Reader<'_, '_>) -> Self {
        let mut children = Vec::new();
        for child in node.children().filter(roxmltree::Node::is_element) {
            children.extend(T::read(child, reader));
        }
        if children.is_empty() && T::BARE {
            let text = crate::parse::text(node);
            if !text.is_empty() {
                children.extend(T::from_text(text));
            }
        }
        children
    }
    fn write(&self, writer: &mut Writer) {
        for child in self {
            child.write(writer);
        }
    }
}

impl<T: Child> Part for Option<T> {
    const TEXT: bool = false;
    fn names() -> Vec<&'static str> {
        T::names()
    }
    fn shapes(out: &mut Vec<Shape>) {
        T::shapes(out);
    }
    fn read(node: Node<'_, '_>, reader: &mut Reader<'_, '_>) -> Self {
        let mut first = None;
        for child in node.children().filter(roxmltree::Node::is_element) {
            match T::read(child, reader) {
                Some(_) if first.is_some() => {
                    reader.warn(
                        Code::Schema,
                        child,
                        None,
                        "may stand here only once".to_owned(),
                    );
                }
                Some(value) => first = Some(value),
                None => {}
            }
        }
        first
    }
    fn write(&self, writer: &mut Writer) {
        if let Some(child) = self {
            child.write(writer);
        }
    }
}

/// Reads one attribute into its field, or leaves the default there.
pub(crate) fn set<T: Value>(
    field: &mut T,
    text: &str,
    code: Code,
    range: Option<(u32, u32)>,
    check: fn(&T) -> bool,
) -> Set {
    let (value, partly) = match T::read(text) {
        Read::Valid(value) => (value, false),
        Read::Partly(value) => (value, true),
        Read::Invalid => return Set::Invalid(code),
    };
    let within = range.is_none_or(|(lowest, highest)| value.within(lowest, highest));
    if !within || !check(&value) {
        return Set::Invalid(code);
    }
    *field = value;
    if partly { Set::Partly(code) } else { Set::Done }
}

/// Declares an element. Each attribute is a line: field, type, default, the name it is written
/// with (`| "x"` is a second spelling), the code told when its value is wrong,
/// and for numbers the bounds. `of` names the content an element can't do without; it is what
/// `new` takes. `=> name(Child)` names the method that adds a child.
macro_rules! element {
    (
        $(#[$meta:meta])*
        pub struct $name:ident = $tag:literal
            $(of $needed:ident : $nty:ty)? $(, nesting $nesting:expr)? ;
        $(
            $(#[$fmeta:meta])*
            $field:ident : $ty:ty =
                $default:expr, $attr:literal $(| $alias:literal)?, $code:expr
            $(, in $low:literal ..= $high:literal)? $(, if $check:expr)? ;
        )*
        -> content {
            $( $(#[$cmeta:meta])* $cfield:ident : $cty:ty $(=> $adder:ident($child:ty))?, )*
        }
        $(settle $settle:expr;)?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            $( $(#[$fmeta])* pub $field: $ty, )*
            $( $(#[$cmeta])* pub $cfield: $cty, )*
        }
        impl Default for $name {
            fn default() -> Self {
                $name { $($field: $default,)* $($cfield: Default::default(),)* }
            }
        }
        element!(@new $name $($needed: $nty)?);
        impl $name {
            $(
                $(#[$fmeta])*
                #[must_use]
                pub fn $field(mut self, $field: impl crate::value::Setting<$ty>) -> Self {
                    self.$field = $field.setting();
                    self
                }
            )*
            $($(
                /// Adds what stands in the element.
                #[must_use]
                pub fn $adder(mut self, child: impl Into<$child>) -> Self {
                    crate::element::Hold::hold(&mut self.$cfield, child.into());
                    self
                }
            )?)*
        }
        impl crate::element::Element for $name {
            const NAME: &'static str = $tag;
            const ATTRIBUTES: &'static [crate::schema::Attribute] = &[
                $(crate::schema::Attribute {
                    name: $attr,
                    field: stringify!($field),
                    ty: stringify!($ty),
                    kind: <$ty as crate::value::Value>::KIND,
                    range: element!(@range $($low, $high)?),
                },)*
            ];
            const NESTING: crate::warning::Code = element!(@nesting $($nesting)?);
            const TEXT: bool = false $(|| <$cty as crate::element::Part>::TEXT)*;
            fn children() -> Vec<&'static str> {
                let names: Vec<Vec<&'static str>> =
                    vec![$(<$cty as crate::element::Part>::names(),)*];
                names.concat()
            }
            fn shapes(out: &mut Vec<crate::schema::Shape>) {
                $(<$cty as crate::element::Part>::shapes(out);)*
                let _ = out;
            }
            fn set(&mut self, name: &str, text: &str) -> crate::element::Set {
                let _ = text;
                match name {
                    $($attr $(| $alias)? => crate::element::set(
                        &mut self.$field,
                        text,
                        $code,
                        element!(@range $($low, $high)?),
                        element!(@check $($check)?),
                    ),)*
                    _ => crate::element::Set::Unknown,
                }
            }
            fn attributes(&self) -> Vec<(&'static str, String)> {
                let usual = Self::default();
                let pairs: Vec<Option<(&'static str, String)>> = vec![$(
                    if self.$field == usual.$field {
                        None
                    } else {
                        crate::value::Value::write(&self.$field).map(|text| ($attr, text))
                    },
                )*];
                let _ = usual;
                pairs.into_iter().flatten().collect()
            }
            fn read_content(
                &mut self,
                node: crate::parse::Node<'_, '_>,
                reader: &mut crate::parse::Reader<'_, '_>,
            ) {
                $(self.$cfield = <$cty as crate::element::Part>::read(node, reader);)*
                $(
                    let settle: fn(
                        &mut Self,
                        crate::parse::Node<'_, '_>,
                        &mut crate::parse::Reader<'_, '_>,
                    ) = $settle;
                    settle(self, node, reader);
                )?
                let _ = (node, reader);
            }
            fn write_content(&self, writer: &mut crate::write::Writer) {
                $(crate::element::Part::write(&self.$cfield, writer);)*
                let _ = writer;
            }
        }
    };
    (@new $name:ident) => {
        impl $name {
            /// One with every default.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }
        }
    };
    (@new $name:ident $needed:ident : $nty:ty) => {
        impl $name {
            /// One of this content, with every default.
            #[must_use]
            pub fn new($needed: impl Into<$nty>) -> Self {
                let mut element = Self::default();
                element.$needed = $needed.into();
                element
            }
        }
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }
        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::new(text)
            }
        }
    };
    (@range) => { None };
    (@range $low:literal, $high:literal) => { Some(($low, $high)) };
    (@check) => { |_| true };
    (@check $check:expr) => { $check };
    (@nesting) => { crate::warning::Code::Schema };
    (@nesting $nesting:expr) => { $nesting };
}

/// Declares an enum of the elements that may stand in one place, each with the method that adds
/// one, and the fields that hold them. What may not stand there has no such method.
macro_rules! choice {
    (
        $(#[$meta:meta])*
        pub enum $name:ident in $($holder:ident . $field:ident)|+ {
            $( $(#[$vmeta:meta])* $variant:ident($ty:ty) => $adder:ident, )*
        }
        $(bare $bare:expr;)?
    ) => {
        choice!(@adders $name [$($holder . $field)|+] {
            $( $(#[$vmeta])* $variant($ty) => $adder, )*
        });
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub enum $name {
            $( $(#[$vmeta])* $variant($ty), )*
        }
        impl $name {
            /// The name of the element.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self {
                    $($name::$variant(_) => <$ty as crate::element::Element>::NAME,)*
                }
            }
        }
        $(impl From<$ty> for $name {
            fn from(element: $ty) -> Self {
                $name::$variant(element)
            }
        })*
        impl crate::element::Child for $name {
            const BARE: bool = choice!(@bare $($bare)?);
            fn names() -> Vec<&'static str> {
                vec![$(<$ty as crate::element::Element>::NAME,)*]
            }
            fn shapes(out: &mut Vec<crate::schema::Shape>) {
                $(<$ty as crate::element::Child>::shapes(out);)*
            }
            fn read(
                node: crate::parse::Node<'_, '_>,
                reader: &mut crate::parse::Reader<'_, '_>,
            ) -> Option<Self> {
                let name = node.tag_name().name();
                $(if name == <$ty as crate::element::Element>::NAME {
                    return Some($name::$variant(reader.element(node)));
                })*
                None
            }
            fn write(&self, writer: &mut crate::write::Writer) {
                match self { $($name::$variant(element) => writer.element(element),)* }
            }
            $(fn from_text(text: String) -> Option<Self> {
                let bare: fn(String) -> Self = $bare;
                Some(bare(text))
            })?
        }
    };
    (@adders $name:ident [] $all:tt) => {};
    (
        @adders $name:ident [$holder:ident . $field:ident $(| $($further:tt)+)?]
        { $( $(#[$vmeta:meta])* $variant:ident($ty:ty) => $adder:ident, )* }
    ) => {
        impl $holder {
            $(
                $(#[$vmeta])*
                #[must_use]
                pub fn $adder(mut self, $adder: impl Into<$ty>) -> Self {
                    self.$field.push($name::$variant($adder.into()));
                    self
                }
            )*
            /// Adds one of those that may stand here.
            #[must_use]
            pub fn with(mut self, child: impl Into<$name>) -> Self {
                self.$field.push(child.into());
                self
            }
        }
        choice!(@adders $name [$($($further)+)?] {
            $( $(#[$vmeta])* $variant($ty) => $adder, )*
        });
    };
    (@bare) => { false };
    (@bare $bare:expr) => { true };
}
