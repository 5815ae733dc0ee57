//! What is written for it.
use crate::parse::{Access, Field, Mask, Record};
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};

pub fn record(r: &Record) -> TokenStream {
    let (inputs, table, resource, json) = (inputs(r), table(r), resource(r), json(r));
    quote! { #inputs #table #resource #json }
}

fn is_option(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(p) if p.path.segments.last().is_some_and(|s| s.ident == "Option"))
}
fn is_vec(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(p) if p.path.segments.last().is_some_and(|s| s.ident == "Vec"))
}
/// A create must give it.
fn required(f: &Field) -> bool {
    !(is_option(&f.ty) || is_vec(&f.ty) || f.marks.default.is_some())
}

/// What an optional field is where a create leaves it out, or a patch clears it.
fn otherwise(f: &Field) -> TokenStream {
    match &f.marks.default {
        Some(Some(expr)) => quote!(#expr),
        _ => quote!(Default::default()),
    }
}

/// `CreateX` and `PatchX`.
fn inputs(r: &Record) -> TokenStream {
    let (vis, create, patch) = (&r.vis, format_ident!("Create{}", r.name), format_ident!("Patch{}", r.name));
    let given: Vec<&Field> = r.fields.iter().filter(|f| f.marks.access != Access::Server).collect();
    let changed: Vec<&Field> = given.iter().copied().filter(|f| f.marks.access == Access::Free).collect();
    let (given_names, changed_names): (Vec<_>, Vec<_>) =
        (given.iter().map(|f| &f.name).collect(), changed.iter().map(|f| &f.name).collect());
    let given_docs = given.iter().map(|f| &f.doc);
    let changed_docs = changed.iter().map(|f| &f.doc);
    let given_types = given.iter().map(|f| &f.ty);
    let changed_types = changed.iter().map(|f| &f.ty);
    let given_reads = given.iter().map(|f| {
        let (name, text, otherwise) = (&f.name, f.name.to_string(), otherwise(f));
        match (required(f), is_option(&f.ty)) {
            (true, _) => quote! { let #name = members.required(#text); },
            (false, true) => quote! { let #name = Some(members.optional(#text)); },
            (false, false) => quote! { let #name = Some(members.optional(#text).unwrap_or_else(|| #otherwise)); },
        }
    });
    let changed_reads = changed.iter().map(|f| {
        let (name, text, otherwise) = (&f.name, f.name.to_string(), otherwise(f));
        match (required(f), is_option(&f.ty)) {
            (true, _) => quote! { let #name = members.kept(#text); },
            (false, true) => quote! { let #name = members.present(#text); },
            (false, false) => quote! { let #name = members.present(#text).map(|v| v.unwrap_or_else(|| #otherwise)); },
        }
    });
    let (create_doc, patch_doc) = (
        format!("What makes a new [`{}`].", r.name),
        format!("A merge patch of a [`{}`]: absent keeps, null clears.", r.name),
    );
    quote! {
        #[doc = #create_doc]
        #[derive(Debug, Clone)]
        #vis struct #create {
            pub base: crate::core::base::CreateBase,
            #(#[doc = #given_docs] pub #given_names: #given_types,)*
        }
        #[doc = #patch_doc]
        #[derive(Debug, Clone, Default)]
        #vis struct #patch {
            pub base: crate::core::base::PatchBase,
            #(#[doc = #changed_docs] pub #changed_names: Option<#changed_types>,)*
        }
        impl crate::core::resource::Input for #create {
            fn read(members: &mut crate::core::input::Members) -> Option<Self> {
                let base = crate::core::base::CreateBase::read(members);
                #(#given_reads)*
                Some(#create { base, #(#given_names: #given_names?),* })
            }
        }
        impl crate::core::resource::Input for #patch {
            fn read(members: &mut crate::core::input::Members) -> Option<Self> {
                let base = crate::core::base::PatchBase::read(members);
                #(#changed_reads)*
                Some(#patch { base, #(#changed_names),* })
            }
        }
    }
}

/// The field table.
fn table(r: &Record) -> TokenStream {
    let table = format_ident!("{}_FIELDS", r.name.to_string().to_uppercase());
    let rows = r.fields.iter().map(|f| {
        let (name, ty, doc) = (f.name.to_string(), &f.ty, &f.doc);
        let structure = f.marks.items.is_some() || f.marks.like.is_some();
        let kind = match (&f.marks.max, structure) {
            _ if f.marks.money => quote!(Kind::Money),
            (_, true) => quote!(Kind::Structure),
            (Some(max), _) if !is_vec(&f.ty) => quote!(Kind::Text(#max)),
            _ => quote!(<#ty as FieldType>::KIND),
        };
        let nullable = if f.marks.money { is_option(ty).to_token_stream() } else if structure { quote!(#name.is_empty()) } else { quote!(<#ty as FieldType>::NULLABLE) };
        let nullable = if structure && is_option(ty) { quote!(true) } else if structure { quote!(false) } else { nullable };
        let access = match f.marks.access {
            Access::Free => quote!(Access::Free),
            Access::Fixed => quote!(Access::Fixed),
            Access::Server => quote!(Access::Server),
        };
        let mask = match &f.marks.mask {
            None => quote!(None),
            Some(Mask::Hidden) => quote!(Some(Mask::Hidden)),
            Some(Mask::Last4) => quote!(Some(Mask::Last4)),
            Some(Mask::Member(name)) => quote!(Some(Mask::Member(#name))),
        };
        let min = f.marks.min.as_ref().map_or(quote!(0), |n| quote!(#n));
        let items = f.marks.max.as_ref().filter(|_| is_vec(&f.ty)).map_or(quote!(100), |n| quote!(#n));
        let range = f.marks.range.as_ref().map_or(quote!(crate::core::field::EXACT), |range| quote!(#range));
        let label = f.marks.fa.as_ref().map_or(quote!(""), |fa| quote!(#fa));
        let example = f.marks.example.as_ref().map_or(quote!(""), |e| quote!(#e));
        let money: syn::Type = syn::parse_quote!(crate::core::money::Money);
        let like = f.marks.like.as_ref().or(f.marks.money.then_some(&money));
        let (schema, schemas) = match (&f.marks.items, like) {
            (Some(item), _) => (
                quote!(Some(|| crate::core::schema::list_of(&<#item as utoipa::ToSchema>::name(), #items))),
                quote!(Some(|out| { out.push((<#item as utoipa::ToSchema>::name().into_owned(), <#item as utoipa::PartialSchema>::schema())); <#item as utoipa::ToSchema>::schemas(out); })),
            ),
            (_, Some(like)) => (
                quote!(Some(|| utoipa::openapi::Ref::from_schema_name(<#like as utoipa::ToSchema>::name()).into())),
                quote!(Some(|out| { out.push((<#like as utoipa::ToSchema>::name().into_owned(), <#like as utoipa::PartialSchema>::schema())); <#like as utoipa::ToSchema>::schemas(out); })),
            ),
            _ => (quote!(None), quote!(None)),
        };
        let (required, sort, search, shown) = (required(f) && f.marks.access != Access::Server, f.marks.sort, f.marks.search, !f.marks.hidden && !structure);
        quote! {
            Field {
                access: #access, required: #required, nullable: #nullable, sortable: #sort, filterable: #shown, searchable: #search,
                mask: #mask, min: #min, range: #range, max_items: #items, label_fa: #label, example: #example, schema: #schema, schemas: #schemas,
                ..Field::new(#name, #kind, #doc)
            }
        }
    });
    quote! {
        static #table: std::sync::LazyLock<Vec<crate::core::field::Field>> = std::sync::LazyLock::new(|| {
            #[expect(unused_imports, reason = "which of them a record needs depends on its fields")]
            use crate::core::field::{Access, Field, FieldType, Kind, Mask};
            let mut fields = crate::core::base::Base::head();
            fields.extend([#(#rows),*]);
            fields.extend(crate::core::base::Base::tail());
            fields
        });
    }
}

fn resource(r: &Record) -> TokenStream {
    let (name, base, doc) = (&r.name, &r.base, &r.doc);
    let (path, one, many, tag) = (&r.path, &r.one, &r.many, &r.tag);
    let label = r.fa.as_ref().map_or(quote!(""), |fa| quote!(#fa));
    let (create, patch) = (format_ident!("Create{}", r.name), format_ident!("Patch{}", r.name));
    let (schema, table) = (r.name.to_string(), format_ident!("{}_FIELDS", r.name.to_string().to_uppercase()));
    let starts = r.fields.iter().map(|f| {
        let name = &f.name;
        if f.marks.access == Access::Server {
            quote!(#name: Default::default())
        } else {
            quote!(#name: input.#name)
        }
    });
    let sets = r.fields.iter().filter(|f| f.marks.access == Access::Free).map(|f| {
        let name = &f.name;
        quote!(crate::core::input::set(&mut self.#name, patch.#name);)
    });
    quote! {
        impl crate::core::resource::Named for #name {
            const OBJECT: &'static str = #many;
        }
        impl crate::core::resource::Resource for #name {
            type Create = #create;
            type Patch = #patch;
            const SPEC: crate::core::resource::Spec = crate::core::resource::Spec {
                object: #many, one: #one, schema: #schema, path: #path, tag: #tag, label_fa: #label, doc: #doc, fields: &#table,
            };
            fn new(input: #create, base: crate::core::base::Base) -> Self {
                #name { #base: base.taking(input.base), #(#starts),* }
            }
            fn apply(&mut self, patch: #patch) {
                self.#base.apply(patch.base);
                #(#sets)*
            }
            fn base(&self) -> &crate::core::base::Base {
                &self.#base
            }
            fn base_mut(&mut self) -> &mut crate::core::base::Base {
                &mut self.#base
            }
        }
    }
}

/// The record as the contract shows it: the base's members around its own, flat.
fn json(r: &Record) -> TokenStream {
    let (name, base, one, n) = (&r.name, &r.base, &r.one, r.fields.len() + 11);
    let fields = r.fields.iter().map(|f| {
        let (name, text) = (&f.name, f.name.to_string());
        quote!(out.serialize_field(#text, &self.#name)?;)
    });
    // A record that is about an object says which in the member that otherwise says what it is itself.
    let kind = (!r.fields.iter().any(|f| f.name == "object")).then(|| quote!(out.serialize_field("object", #one)?;));
    quote! {
        impl serde::Serialize for #name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeStruct;
                let base = &self.#base;
                let mut out = s.serialize_struct(#one, #n)?;
                out.serialize_field("id", &base.id)?;
                #kind
                out.serialize_field("version", &base.version)?;
                out.serialize_field("created_at", &base.created_at)?;
                out.serialize_field("updated_at", &base.updated_at)?;
                out.serialize_field("created_by", &base.created_by)?;
                out.serialize_field("updated_by", &base.updated_by)?;
                out.serialize_field("owner_id", &base.owner_id)?;
                out.serialize_field("unit_id", &base.unit_id)?;
                #(#fields)*
                out.serialize_field("external_ids", &base.external_ids)?;
                out.serialize_field("custom", &base.custom)?;
                out.end()
            }
        }
    }
}
