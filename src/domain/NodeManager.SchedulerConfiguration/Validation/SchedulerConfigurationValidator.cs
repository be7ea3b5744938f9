using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;

namespace NodeManager.SchedulerConfigurations.Validation;

/// <summary>Predicts, without a scheduler, whether one would start with a configuration, and what it would silently ignore.</summary>
public static class SchedulerConfigurationValidator
{
    /// <summary>The findings in the order of the document.</summary>
    public static IReadOnlyList<SchedulerConfigurationFinding> Validate(SchedulerDocument document, ValidationOptions? options = null) =>
        Validate(document, options ?? new ValidationOptions(), out _);

    /// <summary>The errors by identity; see <see cref="ValidationContext.IdentityOf"/>.</summary>
    internal static IEnumerable<(string Identity, SchedulerConfigurationFinding Finding)> Errors(
        SchedulerDocument document,
        ValidationOptions options
    ) =>
        Validate(document, options, out var context)
            .Where(finding => finding.Severity == "Error")
            .Select(finding => (context.IdentityOf(finding), finding));

    private static IReadOnlyList<SchedulerConfigurationFinding> Validate(
        SchedulerDocument document,
        ValidationOptions options,
        out ValidationContext context
    )
    {
        var catalog = options.Catalog ?? PluginCatalog.Standard;
        var api = SchedulerApi.Of(document);
        if (api is null)
        {
            context = new ValidationContext(document, SchedulerApi.V1, SchedulerApi.NewestMinor, catalog, options.File);
            return
            [
                context.Error(
                    "ApiVersion",
                    YamlPath.Root.Key("apiVersion"),
                    document.ApiVersion.Length == 0
                        ? "is missing"
                        : $"'{document.ApiVersion}' is not a version of the scheduler's configuration",
                    $"Use {SchedulerDocument.Group}/{SchedulerApi.V1}."
                ),
            ];
        }

        var minor = options.Minor ?? api.AssumedMinor;
        context = new ValidationContext(document, api, minor, catalog, options.File);
        var shape = SchemaCheck.Nodes(context, YamlPath.Root, document.Root, ConfigurationSchema.Of(api, minor)).ToList();
        IEnumerable<SchedulerConfigurationFinding> all =
        [
            .. Version(context),
            .. shape,
            .. GeneralRules.Check(context),
            .. LeaderElectionRules.Check(context),
            .. ExtenderRules.Check(context),
            .. ProfileRules.Check(context),
            .. PluginRules.Check(context, options.IsStock),
            .. PluginConfigRules.Check(context, options.IsStock),
        ];
        // A value of the wrong type is reported once, without findings of other rules.
        var mistyped = shape.Where(finding => finding.Severity == "Error").Select(finding => finding.Path).ToHashSet();
        return [.. all.Where(finding => shape.Contains(finding) || !mistyped.Contains(finding.Path)).OrderBy(finding => finding.Line)];
    }

    private static IEnumerable<SchedulerConfigurationFinding> Version(ValidationContext context)
    {
        var path = YamlPath.Root.Key("apiVersion");
        if (!context.Api.IsReadBy(context.Minor))
            yield return context.Error(
                "ApiVersion",
                path,
                $"the scheduler of Kubernetes 1.{context.Minor} does not read {context.Api}",
                $"Use {SchedulerApi.All.Last(api => api.IsReadBy(context.Minor))}."
            );
        if (context.Document.Index > 0 || context.Document.Documents.Skip(1).Any(root => !root.IsAbsent))
            yield return context.Document.Index == 0
                ? context.Warning(
                    "SeveralDocuments",
                    YamlPath.Root,
                    "the text has more documents; the scheduler reads only the first",
                    "Remove the others."
                )
                : context.Error(
                    "SeveralDocuments",
                    YamlPath.Root,
                    "the scheduler reads a text's first document, and this is not it",
                    "Put it first."
                );
    }
}
