using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;

namespace NodeManager.Drains.Options;

/// <summary>The options of a drain that requests have, as fields of JSON objects. Durations are whole seconds.</summary>
public static class DrainFields
{
    /// <summary>The fields of the options that are not the default.</summary>
    public static JsonObject Write(DrainOptions drain) =>
        new(
            DrainOption
                .Requestable.Where(option => option.IsSet(drain))
                .Select(option => KeyValuePair.Create(option.Field, ToJson(option.Get(drain))))
        );

    /// <summary>The reverse. Other fields are ignored.</summary>
    /// <exception cref="NodeManagerException">As <see cref="Set"/>.</exception>
    public static DrainOptions Read(JsonObject fields) =>
        DrainOption.Requestable.Aggregate(
            new DrainOptions(),
            (options, option) => fields[option.Field] is { } value ? Set(options, option, option.Field, ToValue(value, option)) : options
        );

    /// <summary>The options with the value of a field.</summary>
    /// <param name="field">Its name, for errors.</param>
    /// <param name="value">A <c>bool</c>, <c>int</c> or <c>string</c>, or seconds as <c>long</c>.</param>
    /// <exception cref="NodeManagerException">InvalidDuration, Invalid: out of range.</exception>
    public static DrainOptions Set(DrainOptions options, DrainOption option, string field, object value)
    {
        if (option.Type == typeof(TimeSpan))
        {
            long seconds = (long)value;
            return seconds is >= 0 and <= int.MaxValue
                ? option.Set(options, TimeSpan.FromSeconds(seconds))
                : throw Refuse(ErrorIds.InvalidDuration, $"'{field}' is {seconds}; it takes seconds from 0 on.", value);
        }

        foreach (ValidationAttribute rule in option.Rules)
            if (!rule.IsValid(value))
                throw Refuse(ErrorIds.Invalid, $"'{field}' is '{value}'; it takes {Describe(rule)}.", value);
        return option.Set(options, value);
    }

    private static string Describe(ValidationAttribute rule) =>
        rule switch
        {
            RangeAttribute range => $"a number from {range.Minimum} to {range.Maximum}",
            AllowedValuesAttribute allowed => string.Join(", ", allowed.Values),
            MaxLengthAttribute text => $"at most {text.Length} characters",
            _ => rule.FormatErrorMessage(""),
        };

    private static JsonNode? ToJson(object? value) =>
        value switch
        {
            TimeSpan time => (long)Math.Ceiling(time.TotalSeconds),
            bool flag => flag,
            int number => number,
            _ => (string?)value,
        };

    private static object ToValue(JsonNode value, DrainOption option)
    {
        try
        {
            if (option.Type == typeof(TimeSpan))
                return value.GetValue<long>();
            if (option.Type == typeof(bool))
                return value.GetValue<bool>();
            if (option.Type == typeof(int))
                return value.GetValue<int>();
            return value.GetValue<string>();
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or FormatException)
        {
            throw Refuse(ErrorIds.Invalid, $"'{option.Field}' is {value.ToJsonString()}, which has another type.", value.ToJsonString());
        }
    }

    private static NodeManagerException Refuse(string errorId, string message, object value) =>
        new(errorId, ErrorKind.InvalidArgument, message, value);
}
