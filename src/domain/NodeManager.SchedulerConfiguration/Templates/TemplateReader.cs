using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Validation;
using YamlDotNet.Core;
using Map = System.Collections.Generic.OrderedDictionary<string, object?>;

namespace NodeManager.SchedulerConfigurations.Templates;

/// <summary>
/// Reads templates: a description and steps. Each step is <c>enable</c>, <c>disable</c> or <c>set</c> with a plugin's name, and may have
/// <c>versions</c>, <c>at</c> (extension points), <c>weight</c> and <c>arguments</c>.
/// </summary>
internal static class TemplateReader
{
    private static readonly ValueSchema Schema = ArgumentSchemas.Get(
        "{description: string, steps: [{enable: string, disable: string, set: string, versions: [string], at: [string], weight: int32, arguments: {'*': any}}]}"
    );

    /// <exception cref="NodeManagerException">SchedulerTemplateInvalid: not YAML, or not a template.</exception>
    public static ConfigurationTemplate Read(string text, string name, string file)
    {
        object? value;
        try
        {
            value = YamlTreeReader.Read(text) is [var node] ? YamlValue.Of(node) : throw Invalid(file, "it is not one document", null);
        }
        catch (YamlException exception)
        {
            throw Invalid(file, $"line {exception.Start.Line}: {exception.Message}", exception);
        }

        foreach (var (path, message) in SchemaCheck.Values("", value, Schema))
            throw Invalid(file, $"{path.TrimStart('.')} {message}", null);
        if (value is not Map map || map.GetValueOrDefault("steps") is not List<object?> { Count: > 0 } steps)
            throw Invalid(file, "it has no steps", null);
        return new ConfigurationTemplate(
            name,
            map.GetValueOrDefault("description") as string ?? "",
            [.. steps.Select(step => Step(step, file))],
            file
        );
    }

    private static TemplateStep Step(object? value, string file)
    {
        var map = (Map)(value ?? throw Invalid(file, "a step is empty", null));
        string[] actions = [TemplateStep.Enable, TemplateStep.Disable, TemplateStep.Set];
        if (actions.Where(map.ContainsKey).ToList() is not [var action])
            throw Invalid(file, $"a step names one of {string.Join(", ", actions)}, with a plugin: {YamlValue.Describe(map)}", null);
        var versions = Texts(map, "versions");
        var points = Texts(map, "at");
        if (versions.FirstOrDefault(version => SchedulerApi.All.All(api => api.Name != version)) is { } version)
            throw Invalid(file, $"'{version}' is not a version; valid are {string.Join(", ", SchedulerApi.All)}", null);
        if (points.FirstOrDefault(point => point != ExtensionPoints.MultiPoint && !ExtensionPoints.Cycle.Contains(point)) is { } unknown)
            throw Invalid(file, $"'{unknown}' is not an extension point", null);
        return new TemplateStep(
            action,
            map[action] as string ?? throw Invalid(file, $"a step names no plugin to {action}", null),
            versions,
            points,
            map.GetValueOrDefault("weight") is { } weight
                ? Convert.ToInt32(weight, System.Globalization.CultureInfo.InvariantCulture)
                : null,
            map.GetValueOrDefault("arguments") as Map ?? []
        );
    }

    private static List<string> Texts(Map map, string key) => [.. (map.GetValueOrDefault(key) as List<object?> ?? []).OfType<string>()];

    private static NodeManagerException Invalid(string file, string reason, Exception? cause) =>
        new(
            ErrorIds.SchedulerTemplateInvalid,
            ErrorKind.InvalidData,
            $"{file} is not a valid template: {reason}.",
            file,
            "Specify 'description' and 'steps'; Get-Help Set-SchedulerConfiguration has an example.",
            cause
        );
}
