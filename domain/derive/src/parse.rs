//! What the struct says.
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Error, Expr, ExprLit, Fields, Ident, Lit, LitInt, LitStr, Meta, Result, Type, Visibility};

/// The whole declaration.
pub struct Record {
    pub vis: Visibility,
    pub name: Ident,
    pub path: LitStr,
    pub one: LitStr,
    pub many: LitStr,
    pub tag: LitStr,
    pub fa: Option<LitStr>,
    pub doc: String,
    pub base: Ident,
    pub fields: Vec<Field>,
}

/// One field of its own.
pub struct Field {
    pub name: Ident,
    pub ty: Type,
    pub doc: String,
    pub marks: Marks,
}

/// Who sets a field.
#[derive(Default, PartialEq, Clone, Copy)]
pub enum Access {
    #[default]
    Free,
    Fixed,
    Server,
}

/// What stands in a field's `#[record(…)]`.
#[derive(Default)]
pub struct Marks {
    pub base: bool,
    pub access: Access,
    /// A create may leave it out: what it is then; `None` is the type's own default.
    pub default: Option<Option<Expr>>,
    pub sort: bool,
    pub search: bool,
    pub hidden: bool,
    pub min: Option<LitInt>,
    pub max: Option<LitInt>,
    /// What a whole number may be.
    pub range: Option<syn::ExprRange>,
    pub items: Option<Type>,
    pub like: Option<Type>,
    /// An amount of money that conditions can ask for.
    pub money: bool,
    pub mask: Option<Mask>,
    pub example: Option<LitStr>,
    pub fa: Option<LitStr>,
}

/// How a sensitive field is shown.
pub enum Mask {
    Hidden,
    Last4,
    Member(LitStr),
}

impl Record {
    pub fn from(input: &DeriveInput) -> Result<Self> {
        let Data::Struct(data) = &input.data else {
            return Err(Error::new(input.span(), "a record is a struct"));
        };
        let Fields::Named(named) = &data.fields else {
            return Err(Error::new(input.span(), "a record has named fields"));
        };
        let (mut path, mut one, mut many, mut tag, mut fa) = (None, None, None, None, None);
        for attr in input.attrs.iter().filter(|a| a.path().is_ident("record")) {
            attr.parse_nested_meta(|meta| {
                let slot = match meta.path.get_ident().map(ToString::to_string).as_deref() {
                    Some("path") => &mut path,
                    Some("one") => &mut one,
                    Some("many") => &mut many,
                    Some("tag") => &mut tag,
                    Some("fa") => &mut fa,
                    _ => return Err(meta.error("a record says path, one, many, tag and fa")),
                };
                *slot = Some(meta.value()?.parse::<LitStr>()?);
                Ok(())
            })?;
        }
        let missing = || Error::new(input.span(), "#[record(path = …, one = …, many = …, tag = …)] is needed");
        let (mut base, mut fields) = (None, Vec::new());
        for field in &named.named {
            let Some(name) = field.ident.clone() else { continue };
            let marks = Marks::from(&field.attrs)?;
            if marks.base {
                base = Some(name);
            } else {
                fields.push(Field {
                    name,
                    ty: field.ty.clone(),
                    doc: doc(&field.attrs),
                    marks,
                });
            }
        }
        Ok(Record {
            vis: input.vis.clone(),
            name: input.ident.clone(),
            path: path.ok_or_else(missing)?,
            one: one.ok_or_else(missing)?,
            many: many.ok_or_else(missing)?,
            tag: tag.ok_or_else(missing)?,
            fa,
            doc: doc(&input.attrs),
            base: base.ok_or_else(|| Error::new(input.span(), "one field is #[record(base)]"))?,
            fields,
        })
    }
}

impl Marks {
    fn from(attrs: &[Attribute]) -> Result<Self> {
        let mut marks = Marks::default();
        for attr in attrs.iter().filter(|a| a.path().is_ident("record")) {
            attr.parse_nested_meta(|meta| {
                match meta.path.get_ident().map(ToString::to_string).as_deref() {
                    Some("base") => marks.base = true,
                    Some("fixed") => marks.access = Access::Fixed,
                    Some("server") => marks.access = Access::Server,
                    Some("default") => {
                        let given = meta.input.peek(syn::Token![=]);
                        marks.default = Some(if given { Some(meta.value()?.parse()?) } else { None });
                    }
                    Some("sort") => marks.sort = true,
                    Some("search") => marks.search = true,
                    Some("hidden") => marks.hidden = true,
                    Some("min") => marks.min = Some(meta.value()?.parse()?),
                    Some("max") => marks.max = Some(meta.value()?.parse()?),
                    Some("range") => match meta.value()?.parse::<Expr>()? {
                        Expr::Range(range) => marks.range = Some(range),
                        _ => return Err(meta.error("a range is 1..=100")),
                    },
                    Some("items") => marks.items = Some(meta.value()?.parse()?),
                    Some("like") => marks.like = Some(meta.value()?.parse()?),
                    Some("money") => marks.money = true,
                    Some("fa") => marks.fa = Some(meta.value()?.parse()?),
                    Some("example") => marks.example = Some(meta.value()?.parse()?),
                    Some("mask") => {
                        let value = meta.value()?;
                        marks.mask = Some(if value.peek(LitStr) {
                            Mask::Member(value.parse()?)
                        } else {
                            match value.parse::<Ident>()?.to_string().as_str() {
                                "hidden" => Mask::Hidden,
                                "last4" => Mask::Last4,
                                _ => return Err(meta.error("a mask is hidden, last4 or the name of a member")),
                            }
                        });
                    }
                    _ => return Err(meta.error("not a mark of a record's field")),
                }
                Ok(())
            })?;
        }
        Ok(marks)
    }
}

/// The documentation comment, as one text.
fn doc(attrs: &[Attribute]) -> String {
    let lines = attrs.iter().filter_map(|attr| match &attr.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(s), .. }) => Some(s.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join(" ").trim().to_owned()
}
