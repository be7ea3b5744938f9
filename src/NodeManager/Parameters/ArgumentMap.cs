using System.Collections;
using NodeManager.SchedulerConfigurations.Yaml;

namespace NodeManager.Parameters;

/// <summary>Converts hashtables of plugin arguments to YAML values with their types.</summary>
internal static class ArgumentMap
{
    public static Dictionary<string, object?> From(IDictionary? arguments) => arguments is null ? [] : ArgumentValues.Of(arguments, Unwrap);

    private static object? Unwrap(object? value) =>
        (value is PSObject wrapped ? wrapped.BaseObject : value) switch
        {
            SwitchParameter flag => flag.IsPresent,
            var plain => plain,
        };
}
