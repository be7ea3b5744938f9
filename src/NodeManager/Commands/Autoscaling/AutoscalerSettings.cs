using System.Collections;
using System.Globalization;
using NodeManager.Autoscaling.Forecasts.Simulation;
using NodeManager.Autoscaling.Planning.Inputs;

namespace NodeManager.Commands;

/// <summary>Names of settings, or hashtables such as <c>@{ Name = 'mine'; Expander = 'price'; ScaleDownDelay = '5m' }</c>.</summary>
internal static class AutoscalerSettings
{
    private static readonly Dictionary<string, Func<SimulatedAutoscaler, object?, SimulatedAutoscaler>> Fields = new(
        StringComparer.OrdinalIgnoreCase
    )
    {
        ["Name"] = static (setting, value) => setting with { Name = To<string>(value) },
        ["Expander"] = static (setting, value) => setting with { Expander = OneOf(To<string>(value), [.. ScalePolicy.Expanders.Keys]) },
        ["Consolidation"] = static (setting, value) =>
            setting with
            {
                Consolidation = OneOf(To<string>(value), ["Disabled", "SingleNode", "MultiNode"]),
            },
        ["Replace"] = static (setting, value) => setting with { Replaces = To<bool>(value) },
        ["ScaleUpDelay"] = static (setting, value) => setting with { ScaleUpDelay = Duration(value) },
        ["ScaleDownDelay"] = static (setting, value) => setting with { ScaleDownDelay = Duration(value) },
        ["Budget"] = static (setting, value) => setting with { Budget = To<string>(value) },
    };

    /// <exception cref="NodeManagerException">ConfigurationValueInvalid.</exception>
    public static SimulatedAutoscaler Read(object value, int number)
    {
        object plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        if (plain is not IDictionary fields)
        {
            string name = Convert.ToString(plain, CultureInfo.InvariantCulture)!;
            return SimulatedAutoscaler.All.FirstOrDefault(one => string.Equals(one.Name, name, StringComparison.OrdinalIgnoreCase))
                ?? throw Invalid(name, $"'{name}' is not the name of settings.");
        }

        SimulatedAutoscaler setting = new(string.Create(CultureInfo.InvariantCulture, $"Setting {number}"));
        foreach (DictionaryEntry field in fields)
        {
            string name = Convert.ToString(field.Key, CultureInfo.InvariantCulture)!;
            if (!Fields.TryGetValue(name, out Func<SimulatedAutoscaler, object?, SimulatedAutoscaler>? set))
                throw Invalid(name, $"'{name}' is not a field of settings.");
            try
            {
                setting = set(setting, field.Value is PSObject inner ? inner.BaseObject : field.Value);
            }
            catch (Exception wrong) when (wrong is PSInvalidCastException or ArgumentTransformationMetadataException)
            {
                throw Invalid(name, $"{name} is not valid: {wrong.Message}");
            }
        }

        string expander = setting.Expander.Length > 0 ? setting.Expander : "none";
        string replace = setting.Replaces ? " with replacement" : "";
        return setting with
        {
            Description = $"expander {expander}, {setting.Consolidation}{replace} after {HumanDuration.Format(setting.ScaleDownDelay)}",
        };
    }

    private static string OneOf(string value, string[] values) =>
        values.FirstOrDefault(one => string.Equals(one, value, StringComparison.OrdinalIgnoreCase))
        ?? throw Invalid(value, $"'{value}' is not one of {string.Join(", ", values)}.");

    private static T To<T>(object? value) => (T)LanguagePrimitives.ConvertTo(value, typeof(T), CultureInfo.InvariantCulture);

    private static TimeSpan Duration(object? value) => To<TimeSpan>(new DurationAttribute().Transform(null!, value!));

    private static NodeManagerException Invalid(string target, string message) =>
        new(
            ErrorIds.ConfigurationValueInvalid,
            ErrorKind.InvalidArgument,
            message,
            target,
            $"Use {string.Join(", ", SimulatedAutoscaler.All.Select(static one => one.Name))}, or a hashtable with {string.Join(", ", Fields.Keys)}."
        );
}
