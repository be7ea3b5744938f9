using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;

namespace NodeManager.Drains.Options;

/// <summary>Who can set an option of a drain.</summary>
public enum DrainOptionUse
{
    /// <summary>Cmdlets, bodies of routes, and the requests of detached work.</summary>
    Anyone,

    /// <summary>Cmdlets that run the drain themselves: the option bypasses a safeguard, so a request does not have it.</summary>
    Cmdlet,

    /// <summary>The code that starts the drain.</summary>
    Code,
}

/// <summary>Describes an option of a drain where its declaration does not say enough.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DrainOptionAttribute : Attribute
{
    public DrainOptionUse Use { get; init; }

    /// <summary>The name of the cmdlets' parameter, if it is not that of the property.</summary>
    public string Parameter { get; init; } = "";
}

/// <summary>An option of a drain, read from the declaration of its property in <see cref="DrainOptions"/>.</summary>
public sealed class DrainOption
{
    private static readonly DrainOptions Defaults = new();

    private readonly object? _default;

    private DrainOption(PropertyInfo property)
    {
        DrainOptionAttribute? described = property.GetCustomAttribute<DrainOptionAttribute>();
        Property = property;
        Type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        Use = described?.Use ?? DrainOptionUse.Anyone;
        Parameter = described?.Parameter is { Length: > 0 } parameter ? parameter : property.Name;
        Field = JsonNamingPolicy.CamelCase.ConvertName(property.Name) + (Type == typeof(TimeSpan) ? "Seconds" : "");
        Rules = [.. property.GetCustomAttributes<ValidationAttribute>()];
        _default = property.GetValue(Defaults);
    }

    /// <summary>All options, in the order of their declaration.</summary>
    public static IReadOnlyList<DrainOption> All { get; } =
    [
        .. typeof(DrainOptions)
            .GetProperties()
            .Where(static one => one.CanWrite)
            .OrderBy(static one => one.MetadataToken)
            .Select(static one => new DrainOption(one)),
    ];

    /// <summary>The options that requests have.</summary>
    public static IReadOnlyList<DrainOption> Requestable { get; } = [.. All.Where(static option => option.Use == DrainOptionUse.Anyone)];

    public PropertyInfo Property { get; }

    /// <summary>The type of the value if there is one: <c>TimeSpan</c> for <c>TimeSpan?</c>.</summary>
    public Type Type { get; }

    public DrainOptionUse Use { get; }

    /// <summary>The name of the cmdlets' parameter.</summary>
    public string Parameter { get; }

    /// <summary>The name of the field in a request; durations are in seconds.</summary>
    public string Field { get; }

    /// <summary>The limits of its values.</summary>
    internal IReadOnlyList<ValidationAttribute> Rules { get; }

    public object? Get(DrainOptions options) => Property.GetValue(options);

    /// <summary>The same options with another value of this one.</summary>
    public DrainOptions Set(DrainOptions options, object? value)
    {
        DrainOptions changed = options with { };
        Property.SetValue(changed, value);
        return changed;
    }

    /// <summary>True when the value is not the default.</summary>
    public bool IsSet(DrainOptions options) => !Equals(Get(options), _default);
}
