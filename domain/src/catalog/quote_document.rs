//! A quote as a document in Persian or English: what the customer reads, as PDF.
use super::quotation::{PriceQuotation, PricedLine};
use super::quote::Quote;
use super::waterfall::{PriceStep, StepKind};
use crate::access::user::Locale;
use crate::core::money::Money;
use crate::templates::blocks::{Align, Block, Line, Span, Table};
use crate::templates::written::{Manner, Style};
use rust_decimal::Decimal;

/// What a document says of a quote beside the quote itself.
#[derive(Debug, Clone)]
pub struct About<'a> {
    /// What the customer is called.
    pub customer: &'a str,
    /// How dates and numbers are written, and in which language.
    pub manner: Manner,
    /// What documents call each product, in the order of the lines, then of the options.
    pub names: &'a [String],
    /// The notes of the lines, in the same order.
    pub notes: &'a [Option<String>],
}

fn text(text: impl Into<String>) -> Line {
    vec![Span {
        text: text.into(),
        ..Span::default()
    }]
}

fn bold(text: impl Into<String>) -> Line {
    vec![Span {
        text: text.into(),
        bold: true,
        ..Span::default()
    }]
}

/// The two languages side by side.
struct Words {
    fa: bool,
}
impl Words {
    fn of<'a>(&self, fa: &'a str, en: &'a str) -> &'a str {
        if self.fa { fa } else { en }
    }
}

/// The title of a quote's document.
pub fn title(quote: &Quote, manner: Manner) -> String {
    let words = Words {
        fa: manner.language == Locale::Persian,
    };
    let revision = manner.digits(&quote.revision.to_string());
    let kind = words.of("پیش‌فاکتور", "Quote");
    let version = words.of("نسخهٔ", "version");
    let comma = words.of("،", ",");
    format!("{kind} {}{comma} {version} {revision}", quote.number)
}

/// The document, from top to bottom.
pub fn blocks(quote: &Quote, about: &About<'_>) -> Vec<Block> {
    let manner = about.manner;
    let words = Words {
        fa: manner.language == Locale::Persian,
    };
    let date = |day| manner.date(day, manner.calendar(), Style::Long);
    let mut out = vec![
        Block::Heading(1, bold(title(quote, manner))),
        Block::Paragraph(bold(quote.title.clone())),
    ];
    let mut facts = format!("{}: {}", words.of("مشتری", "Customer"), about.customer);
    if let Some(pricing) = &quote.pricing {
        facts += &format!("\n{}: {}", words.of("تاریخ", "Date"), date(pricing.on));
    }
    if let Some(last) = quote.valid_until {
        facts += &format!("\n{}: {}", words.of("اعتبار تا", "Valid until"), date(last));
    }
    out.push(Block::Paragraph(text(facts)));
    let Some(pricing) = &quote.pricing else { return out };
    out.push(Block::Table(lines(&pricing.lines, about, 0, &words)));
    out.push(Block::Table(sums(pricing, about, &words)));
    if !quote.options.is_empty() {
        out.push(Block::Heading(
            2,
            bold(words.of("گزینه‌ها (در جمع نیامده‌اند)", "Options (not counted above)")),
        ));
        out.push(Block::Table(lines(&quote.options, about, pricing.lines.len(), &words)));
    }
    if !pricing.instalments.is_empty() {
        out.push(Block::Heading(2, bold(words.of("پرداخت", "Payment"))));
        let rows = pricing
            .instalments
            .iter()
            .map(|i| vec![text(date(i.due_on)), text(money(i.amount, about))]);
        out.push(Block::Table(Table {
            columns: vec![Align::Start, Align::Start],
            head: vec![bold(words.of("سررسید", "Due")), bold(words.of("مبلغ", "Amount"))],
            rows: rows.collect(),
        }));
    }
    if let Some(terms) = &quote.terms_text {
        out.push(Block::Rule);
        out.extend(terms.split("\n\n").map(|p| Block::Paragraph(text(p))));
    }
    out
}

fn money(amount: Money, about: &About<'_>) -> String {
    about.manner.money(amount.amount(), amount.currency().code())
}

/// The table of lines; `from` is the place of the first one's name.
fn lines(lines: &[PricedLine], about: &About<'_>, from: usize, words: &Words) -> Table {
    let manner = about.manner;
    let head = [
        words.of("ردیف", "No."),
        words.of("شرح", "Item"),
        words.of("مقدار", "Quantity"),
        words.of("قیمت واحد", "Unit price"),
        words.of("تخفیف", "Discount"),
        words.of("مبلغ", "Amount"),
    ];
    let row = |(i, line): (usize, &PricedLine)| {
        let mut name = about.names.get(from + i).cloned().unwrap_or_else(|| line.name.clone());
        let chosen = line.configuration.iter().flat_map(|c| &c.options);
        for option in chosen {
            name += &format!("\n– {}", words.of(&option.name_fa, &option.name_en));
        }
        if let Some(note) = about.notes.get(from + i).cloned().flatten() {
            name += &format!("\n{note}");
        }
        let unit = format!("{} {}", manner.number(line.quantity.value()), line.unit.label(manner.language));
        let mut price = manner.money(line.unit_price.amount(), line.unit_price.currency().code());
        if line.price_quantity.value() != Decimal::ONE {
            price += &format!(" / {}", manner.number(line.price_quantity.value()));
        }
        let off = line.price.checked_sub(line.net).ok().filter(|off| !off.is_zero());
        vec![
            text(manner.number(Decimal::from(i + 1))),
            text(name),
            text(unit),
            text(price),
            text(off.map(|off| money(off, about)).unwrap_or_default()),
            text(money(line.net, about)),
        ]
    };
    Table {
        columns: vec![Align::Start; head.len()],
        head: head.into_iter().map(bold).collect(),
        rows: lines.iter().enumerate().map(row).collect(),
    }
}

/// The way from the sum of the lines to what is payable.
fn sums(pricing: &PriceQuotation, about: &About<'_>, words: &Words) -> Table {
    let row = |step: &PriceStep| {
        let label = match step.kind {
            StepKind::Lines => words.of("جمع سطرها", "Sum of lines").to_owned(),
            StepKind::Tax => format!("{} {}", words.of("مالیات", "Tax"), step.label.clone().unwrap_or_default()),
            StepKind::Rounding => words.of("گرد کردن", "Rounding").to_owned(),
            _ => step.label.clone().unwrap_or_default(),
        };
        let amount = step.after.checked_sub(step.before).map(|amount| money(amount, about));
        vec![text(label), text(amount.unwrap_or_default())]
    };
    let mut rows: Vec<Vec<Line>> = pricing.steps.iter().map(row).collect();
    rows.push(vec![
        bold(words.of("قابل پرداخت", "To be paid")),
        bold(money(pricing.totals.payable, about)),
    ]);
    Table {
        columns: vec![Align::Start, Align::Start],
        head: vec![bold(words.of("شرح", "Sum")), bold(words.of("مبلغ", "Amount"))],
        rows,
    }
}
