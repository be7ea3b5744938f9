using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Comparing;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Editing;
using NodeManager.SchedulerConfigurations.Reading;

namespace NodeManager.SchedulerConfigurations.Templates;

/// <summary>Finds and applies templates.</summary>
public static class ConfigurationTemplates
{
    public static IReadOnlyList<ConfigurationTemplate> BuiltIn { get; } =
    [.. BuiltInTemplates.All.Select(pair => TemplateReader.Read(pair.Text, pair.Name, pair.Name))];

    /// <summary>
    /// Built-in templates, and those of a folder, one file per template; a custom template replaces a built-in one of the same name.
    /// </summary>
    /// <param name="folder">Null: built-in ones only.</param>
    /// <exception cref="NodeManagerException">
    /// SchedulerTemplateNotFound: the folder does not exist. SchedulerTemplateInvalid: a file is not a template.
    /// </exception>
    public static IReadOnlyList<ConfigurationTemplate> List(string? folder)
    {
        if (folder is null)
            return BuiltIn;
        var own = Files(folder).Select(file => Read(file)).ToList();
        return
        [
            .. BuiltIn
                .Where(template => !own.Exists(other => IsNamed(other, template.Name)))
                .Concat(own)
                .OrderBy(template => template.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>Case-insensitive.</summary>
    /// <exception cref="NodeManagerException">SchedulerTemplateNotFound, SchedulerTemplateInvalid.</exception>
    public static ConfigurationTemplate Find(string name, string? folder)
    {
        // Only the requested file is read, so that an invalid other one does not matter.
        if (
            folder is not null
            && Files(folder).FirstOrDefault(file => Path.GetFileNameWithoutExtension(file).Equals(name, StringComparison.OrdinalIgnoreCase))
                is { } file
        )
            return Read(file);
        return BuiltIn.FirstOrDefault(template => IsNamed(template, name))
            ?? throw new NodeManagerException(
                ErrorIds.SchedulerTemplateNotFound,
                ErrorKind.ObjectNotFound,
                $"Template '{name}' does not exist.",
                name,
                $"Built-in templates: {string.Join(", ", BuiltIn.Select(template => template.Name))}. Your own are files NAME.yaml in the folder of -TemplateFolder."
            );
    }

    /// <param name="schedulerNames">The profiles; empty: all.</param>
    /// <param name="minor">The scheduler's minor version; null: the newest that reads the configuration's version.</param>
    /// <param name="catalog">Null: the standard plugins.</param>
    /// <param name="force">Allows unknown plugins and arguments.</param>
    /// <exception cref="NodeManagerException">
    /// A step fails; SchedulerTemplateInvalid: no step is for the configuration's version.
    /// </exception>
    public static PluginChangeResult Apply(
        SchedulerDocument document,
        ConfigurationTemplate template,
        IReadOnlyList<string> schedulerNames,
        int? minor = null,
        PluginCatalog? catalog = null,
        bool force = false
    )
    {
        var api = SchedulerPlugins.ApiOf(document);
        var steps = template.Steps.Where(step => step.IsFor(api)).ToList();
        if (steps.Count == 0)
            throw new NodeManagerException(
                ErrorIds.SchedulerTemplateInvalid,
                ErrorKind.InvalidOperation,
                $"The template {template.Name} has no step for {api}.",
                template.Name,
                "Convert the configuration to a newer version first."
            );
        var current = document;
        var warnings = new List<string>();
        foreach (var step in steps)
        {
            var change = new PluginChange
            {
                Name = step.Plugin,
                ExtensionPoints = step.Points,
                SchedulerNames = schedulerNames,
                Weight = step.Weight,
                Arguments = step.Arguments,
                Force = force,
            };
            var result = step.Action switch
            {
                TemplateStep.Enable => PluginEditor.Enable(current, change, minor, catalog),
                TemplateStep.Disable => PluginEditor.Disable(current, change, minor, catalog),
                _ => PluginEditor.Set(current, change, minor, catalog),
            };
            current = result.Document;
            warnings.AddRange(result.Warnings);
        }

        if (ForeignPlugins(template, catalog) is { Count: > 0 } foreign)
            warnings.Add(
                $"The template {template.Name} needs a scheduler that was built with {string.Join(", ", foreign)}: kube-scheduler itself does not have it."
            );
        return new PluginChangeResult(
            current,
            ValueComparison.Compare(YamlValue.Of(document.Root), YamlValue.Of(current.Root)),
            [.. warnings.Distinct()]
        );
    }

    /// <summary>The plugins of a template that kube-scheduler itself does not have.</summary>
    public static IReadOnlyList<string> ForeignPlugins(ConfigurationTemplate template, PluginCatalog? catalog = null) =>
        [
            .. template
                .Steps.Select(step => step.Plugin)
                .Distinct()
                .Where(name => (catalog ?? PluginCatalog.Standard).Find(name) is not { IsBuiltIn: true }),
        ];

    private static bool IsNamed(ConfigurationTemplate template, string name) =>
        template.Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static List<string> Files(string folder)
    {
        try
        {
            return
            [
                .. Directory
                    .EnumerateFiles(folder)
                    .Where(file => Path.GetExtension(file).ToUpperInvariant() is ".YAML" or ".YML" or ".JSON")
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new NodeManagerException(
                ErrorIds.SchedulerTemplateNotFound,
                ErrorKind.ObjectNotFound,
                $"Cannot read the template folder {folder}: {exception.Message}",
                folder,
                "Check the path; a relative path starts at the current location.",
                exception
            );
        }
    }

    private static ConfigurationTemplate Read(string file)
    {
        try
        {
            return TemplateReader.Read(File.ReadAllText(file), Path.GetFileNameWithoutExtension(file), file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new NodeManagerException(
                ErrorIds.SchedulerTemplateNotFound,
                ErrorKind.ResourceUnavailable,
                $"Cannot read {file}: {exception.Message}",
                file,
                "Check that you have read permission.",
                exception
            );
        }
    }
}
