//! Whether a template says only what it may: fields that are there, filters that we have, conditions and loops. What is not named here is
//! refused, so that nothing of the template engine can be reached that was not meant to be: no call, no attribute of anything but data.
use super::filters::{Argument, FILTERS, Filter};
use super::shape::Shape;
use crate::core::problem::{Code, Problems};
use minijinja::machinery::ast::{BinOpKind, CallArg, Compare, CompareOpKind, Expr, ForLoop, IfCond, Stmt, UnaryOpKind};
use minijinja::machinery::{Token, parse, tokenize};
use minijinja::value::ValueKind;
use std::collections::BTreeMap;

/// What is wrong with a template that may name these; pointers are `at`.
pub fn check(source: &str, at: &str, roots: &BTreeMap<String, Shape>) -> Problems {
    let mut checker = Checker {
        at,
        scopes: vec![roots.clone()],
        problems: Problems::default(),
    };
    if let Err(limit) = bounded(source) {
        checker.problems.with(at, Code::TooComplex, vec![("max", limit)]);
        return checker.problems;
    }
    match parse(source, "template", Default::default()) {
        Ok(Stmt::Template(template)) => checker.statements(&template.children),
        Ok(_) => checker.refuse(1, "it is no template"),
        Err(error) => {
            let why = error.detail().unwrap_or("it can't be read").to_owned();
            checker.refuse(error.line().unwrap_or(1), &why);
        }
    }
    checker.problems
}

/// The most words and signs within one pair of braces, and the most pairs of `{% %}`. Trees are walked by calls within calls: here, and
/// where the engine compiles and drops them.
const WORDS: usize = 200;
const STATEMENTS: usize = 500;

/// Whether a template is small enough to be read as a tree; otherwise which limit it breaks.
fn bounded(source: &str) -> Result<(), String> {
    let (mut words, mut statements) = (0, 0);
    // What can't be cut into words is told by the parser, with its line.
    for (token, _) in tokenize(source, false, Default::default()).map_while(Result::ok) {
        match token {
            Token::VariableStart | Token::TemplateData(_) => words = 0,
            Token::BlockStart => (words, statements) = (0, statements + 1),
            _ => words += 1,
        }
        if words > WORDS {
            return Err(format!("{WORDS} words in braces"));
        }
        if statements > STATEMENTS {
            return Err(format!("{STATEMENTS} statements"));
        }
    }
    Ok(())
}

struct Checker<'a> {
    at: &'a str,
    /// The names that are known, from the outermost on.
    scopes: Vec<BTreeMap<String, Shape>>,
    problems: Problems,
}

/// What an expression comes to; none where something in it is wrong and was noted.
#[derive(Clone)]
enum Comes {
    Value(Shape),
    Nothing,
}

impl Checker<'_> {
    fn refuse(&mut self, line: usize, why: &str) {
        let params = vec![("line", line.to_string()), ("why", why.to_owned())];
        self.problems.with(self.at, Code::Template, params);
    }
    fn unknown(&mut self, line: usize, name: String) {
        self.problems
            .with(self.at, Code::UnknownField, vec![("name", name), ("line", line.to_string())]);
    }

    fn statements(&mut self, all: &[Stmt<'_>]) {
        for statement in all {
            match statement {
                Stmt::EmitRaw(_) => {}
                Stmt::EmitExpr(emit) => {
                    let line = emit.span().start_line.into();
                    if let Some(Comes::Value(shape)) = self.expression(&emit.expr)
                        && !shape.is_scalar()
                    {
                        self.refuse(line, "a record or a list is no text: name a field of it, or loop over it");
                    }
                }
                Stmt::IfCond(condition) => self.condition(condition),
                Stmt::ForLoop(each) => self.each(each, each.span().start_line.into()),
                other => {
                    let line = line_of(other);
                    self.refuse(line, "only fields, if and for may stand here");
                }
            }
        }
    }

    fn condition(&mut self, condition: &IfCond<'_>) {
        self.expression(&condition.expr);
        self.statements(&condition.true_body);
        self.statements(&condition.false_body);
    }

    fn each(&mut self, each: &ForLoop<'_>, line: usize) {
        let over = self.expression(&each.iter);
        let Expr::Var(target) = &each.target else {
            return self.refuse(line, "a loop has one name");
        };
        if each.recursive {
            return self.refuse(line, "a loop can't be recursive");
        }
        let item = match over {
            None => return,
            Some(Comes::Value(Shape::List(item))) => *item,
            Some(_) => return self.refuse(line, "only lists can be looped over"),
        };
        let counts = ["index", "index0", "length"].map(|name| (name, Shape::Number));
        let ends = ["first", "last"].map(|name| (name, Shape::Boolean));
        let mut scope = BTreeMap::from([(target.id.to_owned(), item)]);
        scope.insert("loop".to_owned(), Shape::of(counts.into_iter().chain(ends)));
        self.scopes.push(scope);
        if let Some(filter) = &each.filter_expr {
            self.expression(filter);
        }
        self.statements(&each.body);
        self.scopes.pop();
        self.statements(&each.else_body);
    }

    fn expression(&mut self, expr: &Expr<'_>) -> Option<Comes> {
        let line = expr.span().start_line.into();
        match expr {
            Expr::Var(var) => match self.scopes.iter().rev().find_map(|scope| scope.get(var.id)) {
                Some(shape) => Some(Comes::Value(shape.clone())),
                None => {
                    self.unknown(line, path(expr));
                    None
                }
            },
            Expr::Const(constant) => Some(match constant.value.kind() {
                ValueKind::None => Comes::Nothing,
                ValueKind::Bool => Comes::Value(Shape::Boolean),
                ValueKind::Number => Comes::Value(Shape::Number),
                _ => Comes::Value(Shape::Text),
            }),
            Expr::GetAttr(get) => {
                let known = match self.silently(&get.expr, path(expr))? {
                    Comes::Value(Shape::Object(members)) => members.get(get.name).cloned(),
                    Comes::Value(Shape::Names) => Some(Shape::Text),
                    Comes::Value(Shape::Money) if get.name == "amount" => Some(Shape::Decimal),
                    Comes::Value(Shape::Money) if get.name == "currency" => Some(Shape::Text),
                    _ => None,
                };
                if known.is_none() {
                    self.unknown(line, path(expr));
                }
                known.map(Comes::Value)
            }
            Expr::Filter(filter) => {
                let value = filter.expr.as_ref().map(|inner| self.expression(inner));
                self.filter(filter.name, value.flatten(), &filter.args, line)
            }
            Expr::Test(test) if test.name == "none" && test.args.is_empty() => {
                self.expression(&test.expr)?;
                Some(Comes::Value(Shape::Boolean))
            }
            Expr::UnaryOp(op) if matches!(op.op, UnaryOpKind::Not) => {
                self.expression(&op.expr)?;
                Some(Comes::Value(Shape::Boolean))
            }
            Expr::BinOp(op) => {
                let (left, right) = (self.expression(&op.left), self.expression(&op.right));
                match op.op {
                    BinOpKind::ScAnd | BinOpKind::ScOr => Some(Comes::Value(Shape::Boolean)),
                    kind => self.compared(left?, right?, compares(kind), line),
                }
            }
            Expr::Compare(compare) => self.compare(compare, line),
            Expr::IfExpr(choice) => {
                self.expression(&choice.test_expr);
                let chosen = self.expression(&choice.true_expr);
                let Some(other) = &choice.false_expr else {
                    self.refuse(line, "an if inside braces needs an else");
                    return None;
                };
                match (chosen, self.expression(other)) {
                    (Some(Comes::Nothing), other) => other,
                    (chosen, _) => chosen,
                }
            }
            _ => {
                self.refuse(line, "only fields, filters, comparisons, and, or, not may stand here");
                None
            }
        }
    }

    /// The value before a dot; where it is not known, the whole path is told.
    fn silently(&mut self, expr: &Expr<'_>, whole: String) -> Option<Comes> {
        let before = self.problems.0.len();
        let found = self.expression(expr);
        if let (None, [first, ..]) = (&found, &mut self.problems.0[before..])
            && first.code == Code::UnknownField
            && let Some((_, name)) = first.params.iter_mut().find(|(n, _)| *n == "name")
            && whole.starts_with(name.as_str())
        {
            *name = whole;
        }
        found
    }

    fn compare(&mut self, compare: &Compare<'_>, line: usize) -> Option<Comes> {
        let mut left = self.expression(&compare.expr);
        for op in &compare.ops {
            let right = self.expression(&op.expr);
            if let (Some(left), Some(right)) = (left, right.clone()) {
                self.compared(left, right, Some(op.op), line);
            }
            left = right;
        }
        Some(Comes::Value(Shape::Boolean))
    }

    fn compared(&mut self, left: Comes, right: Comes, op: Option<CompareOpKind>, line: usize) -> Option<Comes> {
        let plain = |shape: &Shape| matches!(shape, Shape::Text | Shape::Number | Shape::Boolean);
        let fits = match (op, &left, &right) {
            (None, ..) => false,
            (Some(CompareOpKind::In | CompareOpKind::NotIn), Comes::Value(item), Comes::Value(Shape::List(of))) => {
                **of == *item && plain(item)
            }
            (Some(CompareOpKind::In | CompareOpKind::NotIn), ..) => false,
            (Some(_), Comes::Value(a), Comes::Value(b)) => a == b && plain(a),
            (Some(CompareOpKind::Eq | CompareOpKind::Ne), ..) => true,
            _ => false,
        };
        if !fits {
            self.refuse(line, "only texts, numbers and truths can be compared, each with its like");
        }
        fits.then_some(Comes::Value(Shape::Boolean))
    }

    fn filter(&mut self, name: &str, value: Option<Comes>, args: &[CallArg<'_>], line: usize) -> Option<Comes> {
        let Some(filter) = FILTERS.iter().find(|f| f.name == name) else {
            let allowed = FILTERS.map(|f| f.name).join(", ");
            self.problems
                .with(self.at, Code::NotAllowed, vec![("allowed", allowed), ("line", line.to_string())]);
            return None;
        };
        let text = match args {
            [] => Some(None),
            [CallArg::Pos(Expr::Const(c))] => c.value.as_str().map(Some),
            _ => None,
        };
        if !text.is_some_and(|text| takes(filter, text)) {
            self.refuse(line, &format!("{name} takes {}", wants(filter.argument)));
            return None;
        }
        match value? {
            Comes::Value(shape) if (filter.takes)(&shape) => Some(Comes::Value((filter.gives)(&shape))),
            _ => {
                self.refuse(line, &format!("{name} is not for a value of this kind"));
                None
            }
        }
    }
}

fn takes(filter: &Filter, text: Option<&str>) -> bool {
    match (filter.argument, text) {
        (Argument::Needed, None) => false,
        (_, None) | (Argument::Text | Argument::Needed, Some(_)) => true,
        (Argument::Word(words), Some(text)) => words.contains(&text),
        (Argument::Nothing, Some(_)) => false,
    }
}

fn wants(argument: Argument) -> String {
    match argument {
        Argument::Nothing => "nothing in parentheses".to_owned(),
        Argument::Word(words) => format!("one of: {}", words.join(", ")),
        Argument::Text | Argument::Needed => "a text".to_owned(),
    }
}

fn compares(kind: BinOpKind) -> Option<CompareOpKind> {
    Some(match kind {
        BinOpKind::Eq => CompareOpKind::Eq,
        BinOpKind::Ne => CompareOpKind::Ne,
        BinOpKind::Lt => CompareOpKind::Lt,
        BinOpKind::Lte => CompareOpKind::Lte,
        BinOpKind::Gt => CompareOpKind::Gt,
        BinOpKind::Gte => CompareOpKind::Gte,
        BinOpKind::In => CompareOpKind::In,
        _ => return None,
    })
}

/// An expression as its author wrote it, as far as it is names and dots.
fn path(expr: &Expr<'_>) -> String {
    match expr {
        Expr::Var(var) => var.id.to_owned(),
        Expr::GetAttr(get) => format!("{}.{}", path(&get.expr), get.name),
        _ => "…".to_owned(),
    }
}

fn line_of(statement: &Stmt<'_>) -> usize {
    let span = match statement {
        Stmt::WithBlock(s) => s.span(),
        Stmt::Set(s) => s.span(),
        Stmt::SetBlock(s) => s.span(),
        Stmt::AutoEscape(s) => s.span(),
        Stmt::FilterBlock(s) => s.span(),
        Stmt::Do(s) => s.span(),
        _ => return 1,
    };
    span.start_line.into()
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
