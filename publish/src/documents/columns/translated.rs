//! What columns mean in Finnish and in Swedish, for the people who read the site. The tables
//! that most of them open are told in full.

/// The tables whose columns are told in every language.
const TOLD_IN_FULL: [&str; 4] = ["observations", "wellbeing", "indicators", "regions"];

/// What `column` of `table` means, in Finnish and in Swedish; `None` where only English has
/// it.
pub(super) fn translated(table: &str, column: &str) -> Option<[&'static str; 2]> {
    if !TOLD_IN_FULL.contains(&table) {
        return None;
    }
    special(table, column)
        .or_else(|| of_observations(column))
        .or_else(|| of_texts(column))
        .or_else(|| of_descriptions(column))
        .or_else(|| of_indicators(column))
        .or_else(|| of_regions(column))
        .or_else(|| of_figures(column))
        .or_else(|| of_verdicts(column))
}

/// Where a column means something else in one table than in the others.
fn special(table: &str, column: &str) -> Option<[&'static str; 2]> {
    Some(match (table, column) {
        ("regions", "valid_from") => [
            "Ensimmäinen voimassaolopäivä, VVVV-KK-PP; tyhjä, jos se on ennen vuotta 2000 tai tuntematon",
            "Första giltighetsdagen, ÅÅÅÅ-MM-DD; tom om den är före år 2000 eller okänd",
        ],
        ("indicators", "state") => [
            "active (ajan tasalla), stale (lähteestä ei ole saatu tietoja), ended (ei lukuja kuuteen vuoteen) tai held (uudemmat luvut odottavat päätöstä)",
            "active (aktuell), stale (källan har inte kunnat nås), ended (inga värden på sex år) eller held (nyare siffror väntar på beslut)",
        ],
        ("wellbeing", "change") => [
            "Luku vähennettynä edellisellä luvulla",
            "Värdet minus det föregående värdet",
        ],
        ("wellbeing", "year") => [
            "Viimeisin vuosi, jolta on luku; tyhjä, jos lukua ei ole",
            "Det senaste året med ett värde; tom om det inte finns något",
        ],
        ("wellbeing", "period") => [
            "Viimeisin ajanjakso, jolta on luku; tyhjä, jos lukua ei ole",
            "Den senaste perioden med ett värde; tom om det inte finns något",
        ],
        ("wellbeing", "value") => [
            "Alueen oma luku kyseiseltä ajalta, pyöristämättä",
            "Områdets eget värde för perioden, oavrundat",
        ],
        ("wellbeing", "origin") => [
            "Onko luku lähteen julkaisema (published) vai laskettu (computed); tyhjä, jos lukua ei ole",
            "Om värdet är publicerat av källan (published) eller beräknat (computed); tom om det inte finns något",
        ],
        ("wellbeing", "sex") => [
            "total (kaikki), tai ainoa sukupuoli, josta indikaattori on",
            "total (alla), eller det enda kön som indikatorn finns för",
        ],
        _ => return None,
    })
}

fn of_observations(column: &str) -> Option<[&'static str; 2]> {
    Some(match column {
        "indicator_id" => [
            "<lähde>:<tunnus lähteessä>, esimerkiksi sotkanet:127",
            "<källa>:<kod hos källan>, till exempel sotkanet:127",
        ],
        "region_level" => [
            "Alueen taso: municipality (kunta), province (maakunta), wellbeing_county (hyvinvointialue), …",
            "Områdets nivå: municipality (kommun), province (landskap), wellbeing_county (välfärdsområde), …",
        ],
        "region_code" => [
            "Alueen virallinen koodi tasollaan, tekstinä etunollineen",
            "Områdets officiella kod på sin nivå, som text med inledande nollor",
        ],
        "region_id" => [
            "Alueen tunnus, joka on yksikäsitteinen kaikilla tasoilla: KU743, MK14, HVA16, SK142, SSS",
            "Områdets id, som är unikt på alla nivåer: KU743, MK14, HVA16, SK142, SSS",
        ],
        "source_region_id" => [
            "Lähteen oma tunnus alueelle",
            "Källans egen kod för området",
        ],
        "year" => [
            "Ajanjakson ensimmäinen kalenterivuosi",
            "Periodens första kalenderår",
        ],
        "period" => [
            "2024, 2024-Q1, 2024-03 tai 2019/2021",
            "2024, 2024-Q1, 2024-03 eller 2019/2021",
        ],
        "sex" => [
            "total (kaikki), male (miehet) tai female (naiset)",
            "total (alla), male (män) eller female (kvinnor)",
        ],
        "breakdown" => [
            "Muut luokittelut muodossa avain=arvo;avain=arvo; tyhjä, jos niitä ei ole",
            "Övriga indelningar i formen nyckel=värde;nyckel=värde; tom om det inte finns några",
        ],
        "value" => [
            "Julkaistu luku pyöristämättä; tyhjä, jos lukua ei ole, ei koskaan sen sijasta nolla",
            "Det publicerade värdet, oavrundat; tom om det inte finns något, aldrig noll i stället",
        ],
        "absolute_value" => [
            "Luvun taustalla oleva lukumäärä, jos lähde kertoo sen",
            "Antalet bakom värdet, om källan anger det",
        ],
        "status" => [
            "normal, provisional (ennakkotieto), projection (ennuste), break (katkos aikasarjassa), nil (ei yhtään), tai syy siihen, ettei lukua ole: not_published (ei julkaistu), suppressed (salattu), not_collected (ei kerätty), not_applicable (ei koske aluetta), below_respondent_limit (liian vähän vastaajia), series_ended_at_level (sarja on päättynyt tällä tasolla), fetch_failed (hakeminen ei onnistunut)",
            "normal, provisional (preliminär), projection (prognos), break (brott i serien), nil (inga), eller varför värdet saknas: not_published (inte publicerat), suppressed (sekretess), not_collected (inte insamlat), not_applicable (gäller inte området), below_respondent_limit (för få svarande), series_ended_at_level (serien har upphört på nivån), fetch_failed (kunde inte hämtas)",
        ],
        "origin" => [
            "published (lähteen julkaisema) tai computed (julkaistuista luvuista laskettu)",
            "published (publicerat av källan) eller computed (beräknat ur publicerade värden)",
        ],
        "first_release" => [
            "Julkaisu, jossa luku oli ensimmäisen kerran tällaisena",
            "Utgåvan där värdet först förekom i denna form",
        ],
        "coverage" => [
            "Lasketun luvun takana oleva osuus jäsenalueiden väestöstä: aina 1, koska puuttuva jäsen estää laskemisen; tyhjä, jos luku on lähteen julkaisema",
            "Andelen av medlemsområdenas befolkning bakom ett beräknat värde: alltid 1, eftersom en medlem som saknas hindrar beräkningen; tom för publicerade värden",
        ],
        "blocked" => [
            "Miksi myöhempää lukua ei laskettu: member_missing (jäsenen luku puuttuu), denominator_unknown (jakajaa ei tunneta), population_unknown (väestöä ei tunneta), another_division (eri aluejako) tai parts_disagree (osat eivät vastaa kokonaisuutta); tyhjä, jos lukua ei ollut määrä laskea",
            "Varför inget senare värde beräknades: member_missing (en medlem saknas), denominator_unknown (nämnaren är okänd), population_unknown (befolkningen är okänd), another_division (annan områdesindelning) eller parts_disagree (delarna stämmer inte med helheten); tom om inget skulle beräknas",
        ],
        _ => return None,
    })
}

/// Of columns that are there in several languages.
fn of_texts(column: &str) -> Option<[&'static str; 2]> {
    Some(match column {
        "title_fi" => ["Nimi suomeksi", "Namn på finska"],
        "title_sv" => ["Nimi ruotsiksi", "Namn på svenska"],
        "title_en" => ["Nimi englanniksi", "Namn på engelska"],
        "original_title_fi" => [
            "Nimi suomeksi, täsmälleen kuten lähde sen antoi",
            "Namn på finska, exakt som källan gav det",
        ],
        "original_title_sv" => [
            "Nimi ruotsiksi, täsmälleen kuten lähde sen antoi",
            "Namn på svenska, exakt som källan gav det",
        ],
        "original_title_en" => [
            "Nimi englanniksi, täsmälleen kuten lähde sen antoi",
            "Namn på engelska, exakt som källan gav det",
        ],
        "unit" | "unit_fi" => [
            "Yksikkö sanoin suomeksi; tyhjä, jos lähteellä ei ole sitä",
            "Enheten i ord på finska; tom om källan inte har någon",
        ],
        "unit_sv" => [
            "Yksikkö sanoin ruotsiksi; tyhjä, jos lähteellä ei ole sitä",
            "Enheten i ord på svenska; tom om källan inte har någon",
        ],
        "unit_en" => [
            "Yksikkö sanoin englanniksi; tyhjä, jos lähteellä ei ole sitä",
            "Enheten i ord på engelska; tom om källan inte har någon",
        ],
        "producer" | "producer_fi" => [
            "Luvut tuottava organisaatio, suomeksi",
            "Organisationen som tar fram siffrorna, på finska",
        ],
        "producer_sv" => [
            "Luvut tuottava organisaatio, ruotsiksi",
            "Organisationen som tar fram siffrorna, på svenska",
        ],
        "producer_en" => [
            "Luvut tuottava organisaatio, englanniksi",
            "Organisationen som tar fram siffrorna, på engelska",
        ],
        "name_fi" | "region_name_fi" => ["Alueen nimi suomeksi", "Områdets namn på finska"],
        "name_sv" | "region_name_sv" => ["Alueen nimi ruotsiksi", "Områdets namn på svenska"],
        "name_en" | "region_name_en" => ["Alueen nimi englanniksi", "Områdets namn på engelska"],
        "sentence_fi" => [
            "Mitä luku kertoo, yhtenä virkkeenä suomeksi",
            "Vad värdet säger, i en mening på finska",
        ],
        "sentence_sv" => [
            "Mitä luku kertoo, yhtenä virkkeenä ruotsiksi",
            "Vad värdet säger, i en mening på svenska",
        ],
        "sentence_en" => [
            "Mitä luku kertoo, yhtenä virkkeenä englanniksi",
            "Vad värdet säger, i en mening på engelska",
        ],
        _ => return None,
    })
}

/// Of what the source says of an indicator.
fn of_descriptions(column: &str) -> Option<[&'static str; 2]> {
    Some(match column {
        "description_fi" => [
            "Mitä indikaattori mittaa, suomeksi (HTML)",
            "Vad indikatorn mäter, på finska (HTML)",
        ],
        "description_sv" => [
            "Mitä indikaattori mittaa, ruotsiksi (HTML)",
            "Vad indikatorn mäter, på svenska (HTML)",
        ],
        "description_en" => [
            "Mitä indikaattori mittaa, englanniksi (HTML)",
            "Vad indikatorn mäter, på engelska (HTML)",
        ],
        "interpretation_fi" => [
            "Miten indikaattoria tulkitaan, suomeksi (HTML)",
            "Hur indikatorn tolkas, på finska (HTML)",
        ],
        "interpretation_sv" => [
            "Miten indikaattoria tulkitaan, ruotsiksi (HTML)",
            "Hur indikatorn tolkas, på svenska (HTML)",
        ],
        "interpretation_en" => [
            "Miten indikaattoria tulkitaan, englanniksi (HTML)",
            "Hur indikatorn tolkas, på engelska (HTML)",
        ],
        "limits_fi" => [
            "Mihin indikaattori ei kelpaa, suomeksi (HTML)",
            "Vad indikatorn inte duger till, på finska (HTML)",
        ],
        "limits_sv" => [
            "Mihin indikaattori ei kelpaa, ruotsiksi (HTML)",
            "Vad indikatorn inte duger till, på svenska (HTML)",
        ],
        "limits_en" => [
            "Mihin indikaattori ei kelpaa, englanniksi (HTML)",
            "Vad indikatorn inte duger till, på engelska (HTML)",
        ],
        "legislation_fi" => [
            "Indikaattoriin liittyvä lainsäädäntö, suomeksi (HTML)",
            "Lagstiftningen bakom indikatorn, på finska (HTML)",
        ],
        "legislation_sv" => [
            "Indikaattoriin liittyvä lainsäädäntö, ruotsiksi (HTML)",
            "Lagstiftningen bakom indikatorn, på svenska (HTML)",
        ],
        "legislation_en" => [
            "Indikaattoriin liittyvä lainsäädäntö, englanniksi (HTML)",
            "Lagstiftningen bakom indikatorn, på engelska (HTML)",
        ],
        "notices_fi" => [
            "Tuottajan huomautukset, suomeksi (HTML)",
            "Producentens påpekanden, på finska (HTML)",
        ],
        "notices_sv" => [
            "Tuottajan huomautukset, ruotsiksi (HTML)",
            "Producentens påpekanden, på svenska (HTML)",
        ],
        "notices_en" => [
            "Tuottajan huomautukset, englanniksi (HTML)",
            "Producentens påpekanden, på engelska (HTML)",
        ],
        _ => return None,
    })
}

fn of_indicators(column: &str) -> Option<[&'static str; 2]> {
    Some(match column {
        "source" => ["Lähteen tunnus", "Källans id"],
        "source_indicator" => [
            "Indikaattorin tunnus lähteessä",
            "Indikatorns kod hos källan",
        ],
        "value_kind" => [
            "Millainen luku on: count (lukumäärä), share (osuus), rate (suhdeluku), mean (keskiarvo), index (indeksi), …",
            "Vilket slags tal det är: count (antal), share (andel), rate (relationstal), mean (medelvärde), index, …",
        ],
        "decimals" => [
            "Desimaalit, joilla lähde näyttää luvut",
            "Antalet decimaler som källan visar",
        ],
        "polarity" => [
            "higher_is_better (suurempi on parempi), lower_is_better (pienempi on parempi) tai none (kumpikaan suunta ei ole parempi)",
            "higher_is_better (högre är bättre), lower_is_better (lägre är bättre) eller none (ingen riktning är bättre)",
        ],
        "producer_id" => [
            "Lähteen oma tunnus organisaatiolle, joka tuottaa luvut",
            "Källans egen kod för organisationen som tar fram siffrorna",
        ],
        "licence" => [
            "Käyttöluvan SPDX-tunnus tai nimi",
            "Licensens SPDX-kod eller namn",
        ],
        "redistributable" => [
            "Saako luvut julkaista edelleen; jos ei, julkaisussa ei ole niitä",
            "Om siffrorna får publiceras vidare; om inte finns de inte i utgåvan",
        ],
        "data_updated" => [
            "Päivä, jona lähde on viimeksi päivittänyt luvut, VVVV-KK-PP",
            "Dagen då källan senast uppdaterade siffrorna, ÅÅÅÅ-MM-DD",
        ],
        "first_year" => [
            "Ensimmäinen vuosi, jolta julkaisussa on havainto",
            "Det första året med en observation i utgåvan",
        ],
        "last_year" => [
            "Viimeinen vuosi, jolta julkaisussa on havainto",
            "Det sista året med en observation i utgåvan",
        ],
        "levels" => [
            "Alueiden tasot, joilta on havaintoja",
            "Nivåerna som har observationer",
        ],
        "themes" => [
            "Elämänkaaren teemat indikaattorijoukoista",
            "Livsloppets teman ur indikatoruppsättningarna",
        ],
        "state_since" => [
            "Päivä, josta lähtien luvut ovat vanhentuneita tai odottavat päätöstä, VVVV-KK-PP; muulloin tyhjä",
            "Dagen från och med vilken siffrorna är föråldrade eller väntar på beslut, ÅÅÅÅ-MM-DD; annars tom",
        ],
        "source_url" => [
            "Missä indikaattorista kerrotaan lähteessä",
            "Var man kan läsa om indikatorn hos källan",
        ],
        _ => return None,
    })
}

fn of_regions(column: &str) -> Option<[&'static str; 2]> {
    Some(match column {
        "valid_to" => [
            "Viimeinen voimassaolopäivä, VVVV-KK-PP; tyhjä, kun alue on voimassa",
            "Sista giltighetsdagen, ÅÅÅÅ-MM-DD; tom så länge området finns",
        ],
        "province_id" => [
            "Maakunta, johon alue kuuluu",
            "Landskapet som området hör till",
        ],
        "wellbeing_county_id" => [
            "Hyvinvointialue, johon alue kuuluu",
            "Välfärdsområdet som området hör till",
        ],
        "language_status" => [
            "Kunnan kielisyys: finnish (suomenkielinen), bilingual_finnish_majority (kaksikielinen, enemmistö suomenkielisiä), bilingual_swedish_majority (kaksikielinen, enemmistö ruotsinkielisiä) tai swedish (ruotsinkielinen)",
            "Kommunens språk: finnish (finskspråkig), bilingual_finnish_majority (tvåspråkig med finsk majoritet), bilingual_swedish_majority (tvåspråkig med svensk majoritet) eller swedish (svenskspråkig)",
        ],
        "urban_rural" => [
            "urban (kaupunkimainen), semi_urban (taajaan asuttu) tai rural (maaseutumainen)",
            "urban (urban), semi_urban (tätortskommun) eller rural (landsbygdskommun)",
        ],
        "population" => [
            "Viimeisin väkiluku julkaisussa, henkilöä",
            "Den senaste folkmängden i utgåvan, personer",
        ],
        _ => return None,
    })
}

/// Of `wellbeing`: the figures.
fn of_figures(column: &str) -> Option<[&'static str; 2]> {
    Some(match column {
        "set_id" => ["Indikaattorijoukko", "Indikatoruppsättningen"],
        "set_version" => [
            "Indikaattorijoukon versio",
            "Indikatoruppsättningens version",
        ],
        "position" => [
            "Indikaattorin paikka joukossaan lukujärjestyksessä",
            "Indikatorns plats i sin uppsättning, i läsordning",
        ],
        "theme" => ["Elämänkaaren teema", "Livsloppets tema"],
        "interval_low" => [
            "95 %:n luottamusvälin alaraja luvun yksikössä; tyhjä, jos väliä ei voi rehellisesti laskea",
            "Nedre gränsen för 95 % konfidensintervall i värdets enhet; tom där inget intervall vore ärligt",
        ],
        "interval_high" => [
            "95 %:n luottamusvälin yläraja luvun yksikössä",
            "Övre gränsen för 95 % konfidensintervall i värdets enhet",
        ],
        "interval_method" => [
            "Millä menetelmällä väli on laskettu: published, wilson_from_counts, wilson_reconstructed, byar_from_counts, exact_from_counts tai none",
            "Med vilken metod intervallet har beräknats: published, wilson_from_counts, wilson_reconstructed, byar_from_counts, exact_from_counts eller none",
        ],
        "previous_year" => [
            "Viimeisintä edeltävä vuosi, jolta on luku",
            "Året med ett värde före det senaste",
        ],
        "previous_value" => ["Sen vuoden luku", "Det årets värde"],
        "change_percent" => [
            "Muutos prosentteina edellisestä luvusta",
            "Förändringen i procent av det föregående värdet",
        ],
        "five_year_change" => [
            "Luku vähennettynä viiden vuoden takaisella luvulla",
            "Värdet minus värdet fem år tidigare",
        ],
        "province_value" => [
            "Alueen maakunnan luku samalta ajalta",
            "Värdet för områdets landskap samma period",
        ],
        "wellbeing_county_value" => [
            "Alueen hyvinvointialueen luku samalta ajalta",
            "Värdet för områdets välfärdsområde samma period",
        ],
        "country_value" => [
            "Koko maan luku samalta ajalta",
            "Värdet för hela landet samma period",
        ],
        "peers_value" => [
            "Verrokkialueiden lukujen mediaani samalta ajalta; tyhjä, jos luku on alle puolella niistä",
            "Medianen av referensområdenas värden samma period; tom om färre än hälften har ett",
        ],
        "rest_of_province_value" => [
            "Maakunnan muiden kuntien yhteinen luku samalta ajalta, jos sen voi laskea; muuten tyhjä",
            "Värdet för landskapets övriga kommuner tillsammans samma period, där det kan beräknas; annars tom",
        ],
        _ => return None,
    })
}

/// Of `wellbeing`: what is said of the figures.
fn of_verdicts(column: &str) -> Option<[&'static str; 2]> {
    Some(match column {
        "change_verdict" => [
            "Luku edelliseen verrattuna: better (parempi), similar (ei selvää eroa), worse (heikompi), higher (suurempi), lower (pienempi) tai not_compared (ei verrattu); similar niin kauan kuin luottamusvälit koskettavat toisiaan",
            "Värdet jämfört med det föregående: better (bättre), similar (ingen tydlig skillnad), worse (sämre), higher (högre), lower (lägre) eller not_compared (inte jämfört); similar så länge intervallen rör vid varandra",
        ],
        "change_not_compared" => [
            "Miksi muutosta ei arvioitu: no_value (ei lukua), no_comparator (ei vertailulukua) tai no_interval (ei luottamusväliä); muuten tyhjä",
            "Varför förändringen inte bedöms: no_value (inget värde), no_comparator (inget jämförelsetal) eller no_interval (inget intervall); annars tom",
        ],
        "province_verdict" => [
            "Luku maakunnan lukuun verrattuna: better (parempi), similar (ei selvää eroa) tai worse (heikompi), tai higher (suurempi), similar tai lower (pienempi), jos kumpikaan suunta ei ole hyvä, tai not_compared (ei verrattu)",
            "Värdet jämfört med landskapets: better (bättre), similar (ingen tydlig skillnad) eller worse (sämre), eller higher (högre), similar eller lower (lägre) där ingen riktning är bra, eller not_compared (inte jämfört)",
        ],
        "wellbeing_county_verdict" => [
            "Sama hyvinvointialueen lukuun verrattuna",
            "Detsamma jämfört med välfärdsområdet",
        ],
        "country_verdict" => [
            "Sama koko maan lukuun verrattuna",
            "Detsamma jämfört med hela landet",
        ],
        "peers_verdict" => [
            "Sama verrokkialueiden mediaaniin verrattuna",
            "Detsamma jämfört med referensområdenas median",
        ],
        "rest_of_province_verdict" => [
            "Sama muuhun maakuntaan verrattuna",
            "Detsamma jämfört med landskapet i övrigt",
        ],
        "province_not_compared" => [
            "Miksi lukua ei verrattu maakuntaan: same_region (alueella ei ole sitä), no_value (ei lukua), not_comparable (ei vertailukelpoinen), no_comparator (ei vertailulukua) tai no_interval (ei luottamusväliä); muuten tyhjä",
            "Varför värdet inte jämförs med landskapet: same_region (området har inget), no_value (inget värde), not_comparable (inte jämförbart), no_comparator (inget jämförelsetal) eller no_interval (inget intervall); annars tom",
        ],
        "wellbeing_county_not_compared" => [
            "Miksi lukua ei verrattu hyvinvointialueeseen; muuten tyhjä",
            "Varför värdet inte jämförs med välfärdsområdet; annars tom",
        ],
        "country_not_compared" => [
            "Miksi lukua ei verrattu koko maahan; muuten tyhjä",
            "Varför värdet inte jämförs med hela landet; annars tom",
        ],
        "peers_not_compared" => [
            "Miksi lukua ei verrattu verrokkialueisiin; muuten tyhjä",
            "Varför värdet inte jämförs med referensområdena; annars tom",
        ],
        "rest_of_province_not_compared" => [
            "Miksi lukua ei verrattu muuhun maakuntaan; muuten tyhjä",
            "Varför värdet inte jämförs med landskapet i övrigt; annars tom",
        ],
        "trend" => [
            "Suunta viitenä viime vuonna: increasing (kasvaa), decreasing (pienenee), no_change (ei selvää suuntaa) tai not_calculated (ei laskettu)",
            "Riktningen under de fem senaste åren: increasing (ökar), decreasing (minskar), no_change (ingen tydlig riktning) eller not_calculated (inte beräknad)",
        ],
        "trend_verdict" => [
            "Mitä suunta tarkoittaa: getting_better (paranee), getting_worse (heikkenee), increasing (kasvaa), decreasing (pienenee), no_change (ei selvää suuntaa) tai not_calculated (ei laskettu)",
            "Vad riktningen betyder: getting_better (blir bättre), getting_worse (blir sämre), increasing (ökar), decreasing (minskar), no_change (ingen tydlig riktning) eller not_calculated (inte beräknad)",
        ],
        "no_trend" => [
            "Miksi suuntaa ei laskettu: no_value (ei lukua), not_comparable (ei vertailukelpoinen), no_interval (ei luottamusväliä), overlapping_periods (ajanjaksot menevät päällekkäin), too_few_years (liian vähän vuosia) tai break (katkos aikasarjassa); muuten tyhjä",
            "Varför ingen riktning beräknades: no_value (inget värde), not_comparable (inte jämförbart), no_interval (inget intervall), overlapping_periods (perioderna överlappar), too_few_years (för få år) eller break (brott i serien); annars tom",
        ],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_of_the_tables_that_people_open_is_told() {
        let reference = include_str!("../../../../docs/reference/tables.md");
        for table in TOLD_IN_FULL {
            let heading = format!("\n## {table}.parquet\n");
            let section = reference.split(&heading).nth(1).unwrap();
            let section = section.split("\n## ").next().unwrap();
            let columns: Vec<&str> = section
                .lines()
                .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
                .collect();
            assert!(columns.len() > 10, "{table}");
            for column in columns {
                let told = translated(table, column);
                let [fi, sv] = told.unwrap_or_else(|| panic!("{table}: {column}"));
                assert!(
                    !fi.is_empty() && !sv.is_empty() && fi != sv,
                    "{table}: {column}"
                );
            }
        }
        assert_eq!(translated("peers", "position"), None);
    }
}
