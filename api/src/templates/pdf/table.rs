//! Tables: columns as wide as their texts ask for, rows that go on over the page, the head at the top of each page.
use super::flow::{Column, Flow, Item, RULE, TooMuch};
use super::text::{Ink, Look, Set};
use domain::templates::blocks::{Align, Line, Table};
use krilla::geom::Rect;
use std::rc::Rc;

/// White space around the text of a cell, in sizes of the letters.
const PAD_X: f32 = 0.5;
const PAD_Y: f32 = 0.25;
/// Behind the head.
const SHADE: Ink = Ink([244, 244, 245]);

/// The widths of columns that need at least and want at most so much, together `all`.
fn widths(wants: &[(f32, f32)], all: f32) -> Vec<f32> {
    let (least, most): (f32, f32) = wants.iter().fold((0.0, 0.0), |sum, want| (sum.0 + want.0, sum.1 + want.1));
    let share = |want: &(f32, f32)| {
        if most <= all {
            // What is left over is shared out by what each asks for.
            want.1 * all / most.max(1.0)
        } else if least <= all {
            want.0 + (want.1 - want.0) * (all - least) / (most - least).max(1.0)
        } else {
            want.0 * all / least.max(1.0)
        }
    };
    wants.iter().map(share).collect()
}

struct Cell {
    set: Rc<Set>,
    left: f32,
    /// The first line that is not placed yet.
    next: usize,
}

struct Grid {
    columns: Vec<Column>,
    aligns: Vec<Align>,
    whole: Column,
    pad: (f32, f32),
}

/// Places a table.
pub fn table(flow: &mut Flow<'_>, table: &Table, column: Column) -> Result<(), TooMuch> {
    let count = table.columns.len();
    if count == 0 {
        return Ok(());
    }
    let size = flow.look(&[]).size;
    let pad = (PAD_X * size, PAD_Y * size);
    let mut wants = vec![(size, size); count];
    for (cells, bold) in std::iter::once((&table.head, true)).chain(table.rows.iter().map(|row| (row, false))) {
        if flow.is_late() {
            return Err(TooMuch::Time);
        }
        for (cell, want) in cells.iter().zip(&mut wants) {
            let look = Look { bold, ..flow.look(cell) };
            let (least, most) = flow.setter.widths(cell, look);
            // A hair more than measured, so that rounding breaks no line.
            *want = (want.0.max(least + 2.0 * pad.0 + 0.5), want.1.max(most + 2.0 * pad.0 + 0.5));
        }
    }
    let mut columns = Vec::with_capacity(count);
    let mut at = if flow.is_rtl() { column.left + column.width } else { column.left };
    for width in widths(&wants, column.width) {
        let left = if flow.is_rtl() { at - width } else { at };
        columns.push(Column { left, width });
        at = if flow.is_rtl() { left } else { left + width };
    }
    let grid = Grid {
        columns,
        aligns: table.columns.clone(),
        whole: column,
        pad,
    };
    let head = table.head.iter().any(|cell| !cell.is_empty()).then_some(&table.head);
    if let Some(head) = head {
        // The head and something under it.
        let (top, y, bottom) = flow.room();
        if y > top && y + 5.0 * size > bottom {
            flow.next_page()?;
        }
        grid.row(flow, head, true, None)?;
    }
    for row in &table.rows {
        grid.row(flow, row, false, head)?;
    }
    Ok(())
}

impl Grid {
    fn cells(&self, flow: &mut Flow<'_>, row: &[Line], bold: bool) -> Vec<Cell> {
        let places = self.columns.iter().zip(&self.aligns);
        let cell = |(line, (column, align)): (&Line, (&Column, &Align))| {
            // A column begins at one side, whatever language its cells are in.
            let align = match align {
                Align::Start if flow.is_rtl() => Align::Right,
                Align::Start => Align::Left,
                told => *told,
            };
            let look = Look {
                bold,
                align,
                leading: 1.5,
                ..flow.look(line)
            };
            let set = flow.setter.set(line, column.width - 2.0 * self.pad.0, look);
            Cell {
                set: Rc::new(set),
                left: column.left + self.pad.0,
                next: 0,
            }
        };
        row.iter().zip(places).map(cell).collect()
    }

    fn height(&self, cells: &[Cell]) -> f32 {
        let tallest = cells.iter().map(|c| c.set.height(c.next..c.set.lines())).fold(0.0, f32::max);
        tallest + 2.0 * self.pad.1
    }

    /// Places a row; where it goes on to another page, `head` stands above it.
    fn row(&self, flow: &mut Flow<'_>, row: &[Line], bold: bool, head: Option<&Vec<Line>>) -> Result<(), TooMuch> {
        if flow.is_late() {
            return Err(TooMuch::Time);
        }
        let mut cells = self.cells(flow, row, bold);
        // Nothing but the head stands above it.
        let mut fresh = false;
        loop {
            let (top, y, bottom) = flow.room();
            let height = self.height(&cells);
            if y + height <= bottom {
                self.place(flow, &mut cells, height, bold);
                return Ok(());
            }
            // A row that fits on a page of its own is not torn.
            fresh |= y <= top;
            let torn = height > bottom - top || fresh;
            let room = bottom - y - 2.0 * self.pad.1;
            let fits = cells.iter().any(|c| c.next < c.set.lines() && c.set.fitting(c.next, room) > 0);
            if torn && fits {
                self.place(flow, &mut cells, bottom - y, bold);
            } else if fresh {
                // Not even a line: the letters are larger than the page. They stand over its edge rather than nowhere.
                self.place(flow, &mut cells, height, bold);
                return Ok(());
            }
            flow.next_page()?;
            fresh = true;
            if let Some(head) = head {
                let mut above = self.cells(flow, head, true);
                let height = self.height(&above);
                if height < (bottom - top) / 2.0 {
                    self.place(flow, &mut above, height, true);
                }
            }
        }
    }

    /// Draws what of the cells fits into a height, with their frames.
    fn place(&self, flow: &mut Flow<'_>, cells: &mut [Cell], height: f32, shaded: bool) {
        let (_, y, _) = flow.room();
        let mut boxed = |left: f32, top: f32, width: f32, height: f32, ink: Ink| {
            if let Some(place) = Rect::from_xywh(left, top, width, height) {
                flow.put(Item::Box { place, ink });
            }
        };
        if shaded {
            boxed(self.whole.left, y, self.whole.width, height, SHADE);
        }
        let line = 0.5;
        boxed(self.whole.left, y, self.whole.width, line, RULE);
        boxed(self.whole.left, y + height, self.whole.width, line, RULE);
        for column in &self.columns {
            boxed(column.left, y, line, height, RULE);
            boxed(column.left + column.width, y, line, height + line, RULE);
        }
        let room = height - 2.0 * self.pad.1 + 0.01;
        for cell in cells {
            let lines = cell.next..cell.next + cell.set.fitting(cell.next, room);
            cell.next = lines.end;
            if !lines.is_empty() {
                flow.put(Item::Lines {
                    set: cell.set.clone(),
                    lines,
                    left: cell.left,
                    top: y + self.pad.1,
                });
            }
        }
        flow.go_to(y + height);
    }
}

#[cfg(test)]
mod tests {
    use super::widths;

    #[test]
    fn columns_fill_the_width_and_none_is_narrower_than_its_longest_word_while_that_can_be() {
        for (wants, all) in [
            (vec![(10.0, 50.0), (10.0, 50.0)], 400.0),
            (vec![(30.0, 300.0), (30.0, 60.0), (20.0, 20.0)], 200.0),
            (vec![(90.0, 300.0), (30.0, 60.0)], 60.0),
        ] {
            let found = widths(&wants, all);
            assert!((found.iter().sum::<f32>() - all).abs() < 0.1, "{found:?}");
            if wants.iter().map(|w| w.0).sum::<f32>() <= all {
                assert!(found.iter().zip(&wants).all(|(f, w)| *f >= w.0), "{found:?} for {wants:?}");
            }
        }
    }
}
