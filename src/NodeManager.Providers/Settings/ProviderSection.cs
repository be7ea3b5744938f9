using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.NodePools.Documents;

namespace NodeManager.Providers.Settings;

/// <summary>The section of a type in a spec, and the parameters of New-NodeProvider that set its fields.</summary>
/// <param name="Type">Also the section's name.</param>
internal sealed record ProviderSection(string Type, params IReadOnlyList<SectionParameter> Parameters)
{
    /// <summary>True if a spec of the type has the section also without a field.</summary>
    public bool IsAlwaysSet { get; init; }
}

/// <param name="Field"><c>cpuOvercommit</c>, or <c>template.full</c>.</param>
/// <param name="Map">Null: the value as it is, and a duration as Go writes it.</param>
internal sealed record SectionParameter(string Name, string Field, Func<object, JsonNode?>? Map = null)
{
    public static SectionParameter CaBundle { get; } =
        new("CaBundlePath", "caBundle", static content => Convert.ToBase64String(Encoding.UTF8.GetBytes((string)content)));

    /// <summary>The parameters of the types that connect to machine controllers.</summary>
    public static IEnumerable<SectionParameter> OfConnections { get; } =
    [
        CaBundle,
        new("SkipCertificateCheck", "insecureSkipTLSVerify"),
        new("AllowUnencryptedAuthentication", "allowUnencryptedAuthentication"),
    ];

    public void Set(JsonObject section, object value)
    {
        string[] path = Field.Split('.');
        foreach (string name in path[..^1])
            section = (JsonObject)(section[name] ??= new JsonObject());
        section[path[^1]] = Map is not null ? Map(value) : ToJson(value is TimeSpan time ? PoolDuration.Format(time) : value);
    }

    /// <summary>The fields in this order, and then all others: a hashtable has no order.</summary>
    public static JsonObject Sort(JsonObject table, params string[] order) =>
        new(
            table
                .OrderBy(one => Array.IndexOf(order, one.Key) is var place && place < 0 ? order.Length : place)
                .Select(static one => KeyValuePair.Create(one.Key, one.Value?.DeepClone()))
        );

    public static JsonNode? ToJson(object? value) =>
        value switch
        {
            null => null,
            string text => JsonValue.Create(text),
            bool flag => JsonValue.Create(flag),
            int or long => JsonValue.Create(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
            double number => JsonValue.Create(number),
            IEnumerable<KeyValuePair<string, object?>> map => new JsonObject(
                map.Select(static one => KeyValuePair.Create(one.Key, ToJson(one.Value)))
            ),
            IEnumerable list => new JsonArray([.. list.Cast<object?>().Select(ToJson)]),
            _ => JsonValue.Create(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""),
        };
}
