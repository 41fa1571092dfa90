//! The sentences, in Finnish, Swedish and English.

use botnia_config::words::numbers::figure;
use botnia_model::Language;

use super::ProblemKind;

/// What is wrong and what is expected.
#[expect(clippy::too_many_lines, reason = "one table of sentences")]
pub(super) fn text(kind: &ProblemKind, language: Language) -> String {
    use ProblemKind as Kind;
    let say = |fi: String, sv: String, en: String| match language {
        Language::Fi => fi,
        Language::Sv => sv,
        Language::En => en,
    };
    let plain = |fi: &str, sv: &str, en: &str| say(fi.to_owned(), sv.to_owned(), en.to_owned());
    let meant = |nearest: &Option<String>| match nearest {
        Some(word) => say(
            format!(" Tarkoititko ”{word}”?"),
            format!(" Menade du ”{word}”?"),
            format!(" Did you mean “{word}”?"),
        ),
        None => String::new(),
    };
    let list = |words: &[String]| {
        let words: Vec<_> = words.iter().map(|word| format!("”{word}”")).collect();
        words.join(", ")
    };
    match kind {
        Kind::Empty => plain(
            "Taulukko on tyhjä. Ensimmäisellä rivillä on otsikot, seuraavilla luvut.",
            "Tabellen är tom. På första raden står rubrikerna, på de följande talen.",
            "The table is empty. The first row has the headings, the next ones the figures.",
        ),
        Kind::ColumnMissing { expected } => say(
            format!(
                "Sarake puuttuu. Lisää sarake, jonka otsikko on {}.",
                list(expected)
            ),
            format!(
                "En kolumn saknas. Lägg till en kolumn med rubriken {}.",
                list(expected)
            ),
            format!(
                "A column is missing. Add one with the heading {}.",
                list(expected)
            ),
        ),
        Kind::ColumnTwice { heading } => say(
            format!("Sarake ”{heading}” on kahdesti. Poista toinen."),
            format!("Kolumnen ”{heading}” finns två gånger. Ta bort den ena."),
            format!("The column “{heading}” is there twice. Remove one."),
        ),
        Kind::ColumnUnknown { heading, nearest } => say(
            format!(
                "Otsikkoa ”{heading}” ei tunneta.{} Korjaa otsikko tai poista sarake.",
                meant(nearest)
            ),
            format!(
                "Rubriken ”{heading}” är okänd.{} Rätta rubriken eller ta bort kolumnen.",
                meant(nearest)
            ),
            format!(
                "The heading “{heading}” is not known.{} Correct it or remove the column.",
                meant(nearest)
            ),
        ),
        Kind::HeadingMissing => plain(
            "Sarakkeella on sisältöä mutta ei otsikkoa. Kirjoita otsikko tai tyhjennä sarake.",
            "Kolumnen har innehåll men ingen rubrik. Skriv en rubrik eller töm kolumnen.",
            "The column has content but no heading. Write one, or empty the column.",
        ),
        Kind::PersonHeading { heading } => say(
            format!(
                "Sarake ”{heading}” viittaa yksittäisiin henkilöihin. Vain yhteenlasketut luvut voidaan tuoda: poista sarake ja laske vastaukset yhteen."
            ),
            format!(
                "Kolumnen ”{heading}” tyder på enskilda personer. Endast sammanräknade tal kan importeras: ta bort kolumnen och räkna ihop svaren."
            ),
            format!(
                "The column “{heading}” is about single persons. Only added-up figures can be imported: remove the column and add the answers up."
            ),
        ),
        Kind::IdentityCode => plain(
            "Solu näyttää henkilötunnukselta. Henkilötietoja ei saa tuoda: poista ne tiedostosta.",
            "Cellen ser ut som en personbeteckning. Personuppgifter får inte importeras: ta bort dem ur filen.",
            "The cell looks like a personal identity code. Personal data must not be imported: remove it from the file.",
        ),
        Kind::MailAddress => plain(
            "Solussa on sähköpostiosoite. Henkilötietoja ei saa tuoda: poista ne tiedostosta.",
            "Cellen innehåller en e-postadress. Personuppgifter får inte importeras: ta bort dem ur filen.",
            "The cell has a mail address. Personal data must not be imported: remove it from the file.",
        ),
        Kind::PersonRows => plain(
            "Jokainen luku on 0 tai 1: rivit näyttävät yksittäisiltä vastaajilta. Laske vastaukset yhteen alueittain ja ryhmittäin.",
            "Varje tal är 0 eller 1: raderna ser ut som enskilda respondenter. Räkna ihop svaren per område och grupp.",
            "Every figure is 0 or 1: the rows seem to be single respondents. Add the answers up by region and group.",
        ),
        Kind::FormulaError => plain(
            "Kaava antaa virheen. Korjaa kaava tai kirjoita luku.",
            "Formeln ger ett fel. Rätta formeln eller skriv talet.",
            "The formula gives an error. Correct it, or write the number.",
        ),
        Kind::NotText => plain(
            "Solussa on päivämäärä tai totuusarvo. Kirjoita teksti.",
            "Cellen innehåller ett datum eller ett logiskt värde. Skriv text.",
            "The cell has a date or a logical value. Write text.",
        ),
        Kind::RegionMissing => plain(
            "Alue puuttuu. Kirjoita alueen nimi tai tunnus.",
            "Området saknas. Skriv områdets namn eller kod.",
            "The region is missing. Write its name or code.",
        ),
        Kind::RegionUnknown { found, nearest } => say(
            format!("Aluetta ”{found}” ei tunneta.{}", meant(nearest)),
            format!("Området ”{found}” är okänt.{}", meant(nearest)),
            format!("The region “{found}” is not known.{}", meant(nearest)),
        ),
        Kind::RegionLevel { found } => say(
            format!(
                "Alue ”{found}” on muuta aluetasoa kuin kysely. Kirjoita kyselyn tasoinen alue."
            ),
            format!(
                "Området ”{found}” är på en annan nivå än enkäten. Skriv ett område på enkätens nivå."
            ),
            format!(
                "The region “{found}” is of another level than the survey. Write one of its level."
            ),
        ),
        Kind::RegionAbolished { found, wave } => say(
            format!("Kuntaa ”{found}” ei ollut vuonna {wave}. Kirjoita silloin ollut kunta."),
            format!("Kommunen ”{found}” fanns inte år {wave}. Skriv en kommun som fanns då."),
            format!("The municipality “{found}” did not exist in {wave}. Write one that did."),
        ),
        Kind::WaveMissing => plain(
            "Vuosi puuttuu. Kirjoita vuosi, esimerkiksi 2021.",
            "Året saknas. Skriv året, till exempel 2021.",
            "The year is missing. Write it, as 2021.",
        ),
        Kind::WaveMalformed { found } => say(
            format!("”{found}” ei ole vuosi. Kirjoita esimerkiksi 2021 tai 2019/2021."),
            format!("”{found}” är inget år. Skriv till exempel 2021 eller 2019/2021."),
            format!("“{found}” is no year. Write, for example, 2021 or 2019/2021."),
        ),
        Kind::WaveImpossible { found } => say(
            format!("Vuosi ”{found}” ei voi olla oikein. Kirjoita vuosi väliltä 1990–2100."),
            format!("Året ”{found}” kan inte stämma. Skriv ett år mellan 1990 och 2100."),
            format!("The year “{found}” cannot be right. Write one from 1990 to 2100."),
        ),
        Kind::MemberMissing { heading } => say(
            format!(
                "Sarakkeen ”{heading}” solu on tyhjä. Kirjoita luokka tai sana, joka tarkoittaa kaikkia."
            ),
            format!(
                "Cellen i kolumnen ”{heading}” är tom. Skriv en klass eller det ord som betyder alla."
            ),
            format!(
                "The cell of the column “{heading}” is empty. Write a class or the name of all."
            ),
        ),
        Kind::MemberUnknown {
            heading,
            found,
            nearest,
        } => say(
            format!(
                "Sarakkeessa ”{heading}” ei tunneta luokkaa ”{found}”.{}",
                meant(nearest)
            ),
            format!(
                "Kolumnen ”{heading}” har ingen klass ”{found}”.{}",
                meant(nearest)
            ),
            format!(
                "The column “{heading}” has no class “{found}”.{}",
                meant(nearest)
            ),
        ),
        Kind::QuestionMissing => plain(
            "Kysymys puuttuu. Kirjoita kysymys.",
            "Frågan saknas. Skriv frågan.",
            "The question is missing. Write it.",
        ),
        Kind::QuestionUnknown { found, nearest } => say(
            format!("Kysymystä ”{found}” ei tunneta.{}", meant(nearest)),
            format!("Frågan ”{found}” är okänd.{}", meant(nearest)),
            format!("The question “{found}” is not known.{}", meant(nearest)),
        ),
        Kind::AnswerMissing => plain(
            "Vastaus puuttuu. Kirjoita vastausvaihtoehto.",
            "Svaret saknas. Skriv svarsalternativet.",
            "The answer is missing. Write it.",
        ),
        Kind::AnswerUnknown { found, expected } => say(
            format!(
                "Vastausta ”{found}” ei ole asteikolla. Vaihtoehdot: {}.",
                list(expected)
            ),
            format!(
                "Svaret ”{found}” finns inte på skalan. Alternativen: {}.",
                list(expected)
            ),
            format!(
                "The scale has no answer “{found}”. It has {}.",
                list(expected)
            ),
        ),
        Kind::CountMissing => plain(
            "Lukumäärä puuttuu. Kirjoita 0, jos kukaan ei vastannut näin.",
            "Antalet saknas. Skriv 0 om ingen svarade så.",
            "The count is missing. Write 0 if nobody answered so.",
        ),
        Kind::CountNotNumber { found } => say(
            format!("”{found}” ei ole luku. Kirjoita kokonaisluku, tai .. jos tietoa ei ole."),
            format!("”{found}” är inget tal. Skriv ett heltal, eller .. om uppgift saknas."),
            format!("“{found}” is no number. Write a whole one, or .. where there is none."),
        ),
        Kind::CountDate => plain(
            "Solussa on päivämäärä: Excel on muuttanut luvun. Muotoile solu luvuksi ja kirjoita luku uudelleen.",
            "Cellen innehåller ett datum: Excel har ändrat talet. Formatera cellen som tal och skriv talet på nytt.",
            "The cell has a date: Excel changed the number. Format the cell as a number and write it again.",
        ),
        Kind::CountNegative { found } => say(
            format!("Lukumäärä {found} on negatiivinen. Kirjoita 0 tai suurempi luku."),
            format!("Antalet {found} är negativt. Skriv 0 eller ett större tal."),
            format!("The count {found} is negative. Write 0 or more."),
        ),
        Kind::CountNotWhole { found } => say(
            format!("Lukumäärä {found} ei ole kokonaisluku. Kirjoita henkilöiden määrä."),
            format!("Antalet {found} är inget heltal. Skriv antalet personer."),
            format!("The count {found} is not whole. Write the number of persons."),
        ),
        Kind::CountTooLarge { found } => say(
            format!("Lukumäärä {found} on suurempi kuin väestö. Tarkista luku."),
            format!("Antalet {found} är större än befolkningen. Kontrollera talet."),
            format!("The count {found} is larger than the population. Check it."),
        ),
        Kind::CountAboveRespondents { count, respondents } => say(
            format!(
                "Lukumäärä {count} on suurempi kuin vastaajien määrä {respondents}. Tarkista luvut."
            ),
            format!(
                "Antalet {count} är större än antalet respondenter {respondents}. Kontrollera talen."
            ),
            format!(
                "The count {count} is larger than the number of respondents {respondents}. Check both."
            ),
        ),
        Kind::RespondentsMissing => plain(
            "Vastaajien määrä puuttuu. Kirjoita, kuinka moni vastasi kysymykseen.",
            "Antalet respondenter saknas. Skriv hur många som svarade på frågan.",
            "The number of respondents is missing. Write how many answered the question.",
        ),
        Kind::RespondentsNotNumber { found } => say(
            format!(
                "Vastaajien määrä ”{found}” ei ole kokonaisluku. Kirjoita, kuinka moni vastasi."
            ),
            format!("Antalet respondenter ”{found}” är inget heltal. Skriv hur många som svarade."),
            format!(
                "The number of respondents “{found}” is no whole number. Write how many answered."
            ),
        ),
        Kind::RespondentsDiffer {
            found,
            expected,
            row,
        } => say(
            format!(
                "Vastaajia on {found}, mutta saman kysymyksen ja ryhmän rivillä {row} heitä on {expected}. Luvun pitää olla sama."
            ),
            format!(
                "Antalet respondenter är {found}, men på rad {row} för samma fråga och grupp är det {expected}. Talet ska vara detsamma."
            ),
            format!(
                "There are {found} respondents, but {expected} in row {row} of the same question and group. The number must be the same."
            ),
        ),
        Kind::ShareNotNumber { found } => say(
            format!("Osuus ”{found}” ei ole luku. Kirjoita prosenttiluku, esimerkiksi 12,5."),
            format!("Andelen ”{found}” är inget tal. Skriv ett procenttal, till exempel 12,5."),
            format!("The share “{found}” is no number. Write a percentage, such as 12.5."),
        ),
        Kind::ShareImpossible { found } => say(
            format!("Osuus {found} ei ole väliltä 0–100. Kirjoita prosenttiluku."),
            format!("Andelen {found} ligger inte mellan 0 och 100. Skriv ett procenttal."),
            format!("The share {found} is not from 0 to 100. Write a percentage."),
        ),
        Kind::ShareContradictsCount { found, expected } => {
            let found = figure(language, *found, None);
            let expected = figure(language, *expected, Some(1));
            say(
                format!(
                    "Osuus {found} ei vastaa lukumäärää, josta tulee {expected}. Tarkista luvut."
                ),
                format!(
                    "Andelen {found} motsvarar inte antalet, som ger {expected}. Kontrollera talen."
                ),
                format!(
                    "The share {found} is not that of the count, which comes to {expected}. Check both."
                ),
            )
        }
        Kind::RowTwice { row } => say(
            format!(
                "Samat tiedot ovat jo rivillä {row}. Poista toinen rivi, tai laske henkilöiden vastaukset yhteen."
            ),
            format!(
                "Samma uppgifter finns redan på rad {row}. Ta bort den ena raden, eller räkna ihop personernas svar."
            ),
            format!("Row {row} has the same already. Remove one, or add the persons' answers up."),
        ),
        Kind::AnswerRowMissing { answer } => say(
            format!(
                "Vastaukselta ”{answer}” puuttuu rivi tästä kysymyksestä ja ryhmästä. Lisää rivi; lukumäärä voi olla 0."
            ),
            format!(
                "Svaret ”{answer}” saknar en rad för denna fråga och grupp. Lägg till en rad; antalet kan vara 0."
            ),
            format!(
                "The answer “{answer}” has no row for this question and group. Add one; its count may be 0."
            ),
        ),
        Kind::AnswersDoNotAddUp { sum, respondents } => say(
            format!("Vastausten summa on {sum}, mutta vastaajia on {respondents}. Tarkista luvut."),
            format!(
                "Svaren blir sammanlagt {sum}, men respondenterna är {respondents}. Kontrollera talen."
            ),
            format!(
                "The answers come to {sum}, but there are {respondents} respondents. Check the figures."
            ),
        ),
        Kind::TotalDoesNotAddUp { sum, total } => say(
            format!("Ryhmien summa on {sum}, mutta kaikkien luku on {total}. Tarkista luvut."),
            format!(
                "Grupperna blir sammanlagt {sum}, men talet för alla är {total}. Kontrollera talen."
            ),
            format!(
                "The groups come to {sum}, but the figure of all is {total}. Check the figures."
            ),
        ),
        Kind::PartAboveWhole { part, whole, title } => say(
            format!("Luku {part} on suurempi kuin kokonaisuus {whole} ({title}). Tarkista luvut."),
            format!("Talet {part} är större än helheten {whole} ({title}). Kontrollera talen."),
            format!("The figure {part} is larger than the whole {whole} ({title}). Check both."),
        ),
    }
}
