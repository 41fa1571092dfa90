//! `botnia regions check`: do the tables still say what the lists say?

use std::sync::Arc;

use botnia_model::Clock;

use crate::cli::output::{count, data, error, field, note};
use crate::cli::{Exit, Global};
use crate::engine::EngineError;
use crate::engine::regions::{Comparison, RegionLists};

/// Every list is compared, also after one that cannot be had.
pub(super) async fn run(global: &Global, clock: Arc<dyn Clock>) -> anyhow::Result<Exit> {
    let lists = RegionLists::open(global.settings()?, clock).await?;
    let (mut failed, mut differs) = (false, false);
    let mut take = |compared: Result<Comparison, EngineError>| match compared {
        Ok(comparison) => differs |= tell(&comparison),
        Err(failure) => {
            failed = true;
            error(&failure.into());
        }
    };
    for source in &lists.settings().source {
        if let Some(compared) = lists.of_source(source).await.transpose() {
            take(compared);
        }
    }
    if let Some(base_url) = &lists.settings().regions.classification_url {
        take(lists.of_classifications(base_url).await);
    }
    lists.close().await;
    if differs {
        note(
            "hint: figures are published with the codes and parents of the source meanwhile; \
             the tables are part of botnia and change with its next version \
             (`config/regions/README.md`)",
        );
    }
    Ok(if failed {
        Exit::Failed
    } else if differs {
        Exit::Held
    } else {
        Exit::Done
    })
}

/// Whether anything differs.
fn tell(comparison: &Comparison) -> bool {
    let Comparison {
        list,
        differences,
        unknown_categories,
        ..
    } = comparison;
    for difference in differences {
        let word = difference.what.word();
        data(format_args!(
            "{list}\t{word}\t{}",
            field(&difference.to_string())
        ));
    }
    for category in unknown_categories {
        data(format_args!(
            "{list}\tunknown_category\t{}",
            field(category)
        ));
    }
    let regions = count(comparison.regions as u64, "region");
    let found = differences.len() + unknown_categories.len();
    if found == 0 {
        note(format_args!("{list}: {regions}, as in the tables"));
    } else {
        let found = count(found as u64, "difference");
        note(format_args!("{list}: {regions}, {found} to the tables"));
    }
    found > 0
}
