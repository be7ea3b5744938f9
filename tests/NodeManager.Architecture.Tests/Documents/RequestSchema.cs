using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text;
using NodeManager.Drains.Options;

namespace NodeManager.Architecture.Tests.Documents;

/// <summary>The schema of a drain's options in the CustomResourceDefinition of detached work, made of the options.</summary>
internal static class RequestSchema
{
    public const string Path = "deploy/server/crd.yaml";

    private const string Start = "              drain:\n                type: object\n                properties:\n";
    private const string End = "          status:\n";
    private const string Indent = "                  ";
    private const int SecondsOfYear = 365 * 24 * 60 * 60;

    /// <summary>The document with the schema of the options as they are declared.</summary>
    /// <param name="document">As it is.</param>
    public static string Build(string document)
    {
        int start = document.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
        int end = document.IndexOf(End, start, StringComparison.Ordinal);
        return document[..start] + string.Concat(Options.Select(Property)) + document[end..];
    }

    private static IEnumerable<DrainOption> Options => DrainOption.All.Where(static option => option.Use == DrainOptionUse.Anyone);

    private static string Property(DrainOption option)
    {
        StringBuilder text = new($"{Indent}{option.Field}:\n");
        foreach ((string key, object value) in Keywords(option))
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{Indent}  {key}: {value}\n");
        return text.ToString();
    }

    private static IEnumerable<(string Key, object Value)> Keywords(DrainOption option)
    {
        if (option.Type == typeof(bool))
            return [("type", "boolean")];
        if (option.Type == typeof(TimeSpan))
            return [("type", "integer"), ("format", "int64"), ("minimum", 0), ("maximum", SecondsOfYear)];
        if (option.Type == typeof(int))
            return [("type", "integer"), ("format", "int32"), .. Limits(Required<RangeAttribute>(option))];
        return option.Property.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed
            ? [("type", "string"), ("enum", $"[{string.Join(", ", allowed.Values)}]")]
            : [("type", "string"), ("maxLength", Required<MaxLengthAttribute>(option).Length)];
    }

    private static IEnumerable<(string Key, object Value)> Limits(RangeAttribute range) =>
        range.Maximum is int.MaxValue ? [("minimum", range.Minimum)] : [("minimum", range.Minimum), ("maximum", range.Maximum)];

    private static T Required<T>(DrainOption option)
        where T : Attribute =>
        option.Property.GetCustomAttribute<T>()
        ?? throw new FormatException($"DrainOptions.{option.Property.Name} needs [{typeof(T).Name}].");
}
