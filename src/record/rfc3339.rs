//! A moment as RFC 3339 text.

use std::time::{SystemTime, UNIX_EPOCH};

const DAY_S: i64 = 86_400;

/// `time` in UTC to the whole second below: `2017-07-21T09:00:00Z`.
///
/// RFC 3339 ends with the year 9999; later moments get longer years instead of wrong ones.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use hwgq::record::rfc_3339;
/// assert_eq!(rfc_3339(UNIX_EPOCH + Duration::from_secs(1_000_000_000)), "2001-09-09T01:46:40Z");
/// ```
pub fn rfc_3339(time: SystemTime) -> String {
    // A SystemTime counts seconds in 64 signed bits, so both ways stay in range.
    let seconds = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => after.as_secs().cast_signed(),
        Err(before) => {
            let before = before.duration();
            -before.as_secs().cast_signed() - i64::from(before.subsec_nanos() > 0)
        }
    };
    let (year, month, day) = date(seconds.div_euclid(DAY_S));
    let second = seconds.rem_euclid(DAY_S);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of the Gregorian calendar, from days since 1970-01-01.
fn date(days: i64) -> (i64, i64, i64) {
    // Years that begin in March put the leap day last. 0000-03-01 lies 719,468 days before 1970,
    // and the calendar repeats every 400 years, which are 146,097 days.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    // Without the leap days passed so far, one every 1460 days except one every 36,524 except the
    // last of all, each year has 365 days.
    let leap_days = day_of_era / 1460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // From March on, five months have 153 days: month m begins on day (153 m + 2) / 5.
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (400 * era + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn known_moments_have_their_dates() {
        // `date -u -d @SECONDS +%FT%TZ`
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_234_567_890, "2009-02-13T23:31:30Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(rfc_3339(UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
        let just_before = UNIX_EPOCH - Duration::from_millis(1);
        assert_eq!(rfc_3339(just_before), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn days_follow_each_other_as_in_a_calendar() {
        let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        // 1600-01-01 is 135,140 days before 1970: 370 years with 90 leap days. Two periods of 400
        // years pass every rule of the calendar.
        let (mut year, mut month, mut day) = (1600, 1, 1);
        for days in -135_140..-135_140 + 2 * 146_097 {
            assert_eq!(date(days), (year, month, day));
            let length = match month {
                2 => 28 + i64::from(is_leap(year)),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            (month, day) = if day < length { (month, day + 1) } else { (month + 1, 1) };
            (year, month) = if month <= 12 { (year, month) } else { (year + 1, 1) };
        }
    }
}
