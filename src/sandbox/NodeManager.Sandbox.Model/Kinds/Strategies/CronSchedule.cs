using System.Globalization;

namespace NodeManager.Sandbox.Model.Kinds.Strategies;

/// <summary>A cron job's schedule: five fields, or a descriptor, with the messages of the API server's library.</summary>
internal static class CronSchedule
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    // Minutes, hours, days of the month, months, days of the week.
    private static readonly (int Least, int Most, string[] Names)[] Fields =
    [
        (0, 59, []),
        (0, 23, []),
        (1, 31, []),
        (1, 12, Months),
        (0, 6, Days),
    ];

    /// <summary>The fault; null if valid.</summary>
    public static string? Fault(string schedule)
    {
        if (schedule.StartsWith('@'))
            return Descriptor(schedule);
        string[] fields = schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (fields.Length != Fields.Length)
            return $"expected exactly {Fields.Length} fields, found {fields.Length}: [{string.Join(' ', fields)}]";
        return fields
            .Zip(Fields)
            .SelectMany(static pair =>
                pair.First.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(range => Range(range, pair.Second))
            )
            .FirstOrDefault(static fault => fault is not null);
    }

    private static string? Descriptor(string schedule) =>
        schedule switch
        {
            "@yearly" or "@annually" or "@monthly" or "@weekly" or "@daily" or "@midnight" or "@hourly" => null,
            _ when schedule.StartsWith("@every ", StringComparison.Ordinal) => null,
            _ => $"unrecognized descriptor: {schedule}",
        };

    private static string? Range(string range, (int Least, int Most, string[] Names) field)
    {
        string[] rangeAndStep = range.Split('/'),
            ends = rangeAndStep[0].Split('-');
        if (rangeAndStep.Length > 2)
            return $"too many slashes: {range}";
        int start = field.Least,
            end = field.Most;
        if (ends[0] is not ("*" or "?"))
        {
            if (ends.Length > 2)
                return $"too many hyphens: {range}";
            if ((ParseNumber(ends[0], field, out start) ?? ParseNumber(ends[^1], field, out end)) is { } fault)
                return fault;
            if (ends.Length == 1 && rangeAndStep.Length == 2)
                end = field.Most;
        }

        if (rangeAndStep.Length == 2)
        {
            if (ParseNumber(rangeAndStep[1], (0, int.MaxValue, []), out int step) is { } wrong)
                return wrong;
            if (step == 0)
                return $"step of range should be a positive number: {range}";
        }

        if (start < field.Least)
            return $"beginning of range ({start}) below minimum ({field.Least}): {range}";
        if (end > field.Most)
            return $"end of range ({end}) above maximum ({field.Most}): {range}";
        return start > end ? $"beginning of range ({start}) beyond end of range ({end}): {range}" : null;
    }

    private static string? ParseNumber(string text, (int Least, int Most, string[] Names) field, out int number)
    {
        number = Array.IndexOf(field.Names, text.ToLowerInvariant()) + field.Least;
        if (number >= field.Least)
            return null;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number))
            return $"failed to parse int from {text}: strconv.Atoi: parsing \"{text}\": invalid syntax";
        return number < 0 ? $"negative number ({number}) not allowed: {text}" : null;
    }
}
