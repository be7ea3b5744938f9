using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Drains.Options;

namespace NodeManager.Server.Responses;

/// <summary>A body with a field for each option of a drain that requests have. All are optional.</summary>
internal abstract record DrainBody
{
    /// <summary>The options that the body sets.</summary>
    [JsonIgnore]
    public DrainOptions Drain { get; private set; } = new();

    /// <summary>The name of an option in bodies.</summary>
    /// <param name="body">A body with fields of its own says <c>drain_timeout_seconds</c>.</param>
    public static string FieldOf(DrainOption option, Type body) =>
        option.Property.Name == nameof(DrainOptions.Timeout) && !body.IsAssignableTo(typeof(ApiDrainRequest))
            ? "drain_" + FieldOf(option)
            : FieldOf(option);

    /// <inheritdoc cref="FieldOf(DrainOption, Type)"/>
    public static string FieldOf(DrainOption option) =>
        // The StreamSpace node manager writes "emptydir".
        JsonNamingPolicy.SnakeCaseLower.ConvertName(option.Field).Replace("empty_dir", "emptydir", StringComparison.Ordinal);

    /// <summary>Adds the fields to the contract of such a body.</summary>
    public static void AddFields(JsonTypeInfo contract)
    {
        if (!contract.Type.IsAssignableTo(typeof(DrainBody)))
            return;
        foreach (DrainOption option in DrainOption.Requestable)
        {
            string field = FieldOf(option, contract.Type);
            JsonPropertyInfo property = contract.CreateJsonPropertyInfo(TypeOf(option), field);
            property.Set = (body, value) => ((DrainBody)body).Set(option, field, value);
            contract.Properties.Add(property);
        }
    }

    private static Type TypeOf(DrainOption option) =>
        option.Type == typeof(TimeSpan) ? typeof(long?)
        : option.Type.IsValueType ? typeof(Nullable<>).MakeGenericType(option.Type)
        : option.Type;

    private void Set(DrainOption option, string field, object? value)
    {
        if (value is not null)
            Drain = DrainFields.Set(Drain, option, field, value);
    }
}

/// <summary>The options of a drain.</summary>
internal record ApiDrainRequest : DrainBody;
