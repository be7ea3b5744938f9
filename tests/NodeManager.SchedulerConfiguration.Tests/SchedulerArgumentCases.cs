using System.Text;

namespace NodeManager.SchedulerConfigurations.Tests;

/// <summary>Arguments of plugins and settings of extenders. Each class at several places.</summary>
internal static class SchedulerArgumentCases
{
    private static readonly string[] Removed =
    [
        "NodeResourcesLeastAllocated",
        "NodeResourcesMostAllocated",
        "RequestedToCapacityRatio",
        "NodeLabel",
        "NodePreferAvoidPods",
        "ServiceAffinity",
    ];

    private static readonly string[] RemovedLater = ["AzureDiskLimits", "CinderLimits", "EBSLimits", "GCEPDLimits"];

    public static IReadOnlyList<SchedulerCase> All { get; } = [.. FormerPlugins(), .. Affinities(), .. Spreads(), .. Resources(), .. Tls()];

    private static IEnumerable<SchedulerCase> FormerPlugins()
    {
        foreach (var arguments in new[] { "{}", "null", "{nope: 1}" })
        {
            foreach (var name in Removed)
                yield return new($"arguments {arguments} of {name} in v1", PluginConfig(name, arguments), true, "UnusedPluginConfig", "v1");
            foreach (var name in RemovedLater)
            {
                yield return new($"arguments {arguments} of {name} in v1", PluginConfig(name, arguments), false, "UnknownPlugin", "v1");
                yield return new(
                    $"arguments {arguments} of {name} in v1beta1",
                    PluginConfig(name, arguments),
                    true,
                    arguments == "{nope: 1}" || name == "CinderLimits" ? "UnusedPluginConfig" : null,
                    "v1beta1"
                );
            }

            yield return new(
                $"arguments {arguments} of NodeResourcesFitArgs in v1",
                PluginConfig("NodeResourcesFitArgs", arguments),
                false,
                "UnknownPlugin",
                "v1"
            );
            yield return new(
                $"arguments {arguments} of NodeResourcesFitArgs in v1beta1",
                PluginConfig("NodeResourcesFitArgs", arguments),
                true,
                "UnusedPluginConfig",
                "v1beta1"
            );
        }

        foreach (var name in Removed.Concat(RemovedLater))
        {
            yield return new(
                $"{name} enabled in v1",
                SchedulerCases.Plugins($"filter: {{enabled: [{{name: {name}}}]}}"),
                false,
                "UnknownPlugin",
                "v1"
            );
            yield return new(
                $"{name} by multiPoint",
                SchedulerCases.Plugins($"multiPoint: {{enabled: [{{name: {name}}}]}}"),
                false,
                "UnknownPlugin",
                "v1"
            );
        }
    }

    private static IEnumerable<SchedulerCase> Affinities()
    {
        foreach (
            var (place, wrap) in new (string, Func<string, string>)[] { ("required", SchedulerCases.Affinity), ("preferred", Preferred) }
        )
        {
            foreach (var value in new[] { "5", "0", "007" })
                yield return new($"Gt {value}, {place}", wrap($"key: a, operator: Gt, values: ['{value}']"), true);
            foreach (var value in new[] { "x", "5.5", "1e3", "", "9223372036854775808", "0x5", "1_0", "-5", "+5", " 5" })
            {
                yield return new($"Gt '{value}', {place}", wrap($"key: a, operator: Gt, values: ['{value}']"), false, "Argument");
                yield return new($"Lt '{value}', {place}", wrap($"key: a, operator: Lt, values: ['{value}']"), false, "Argument");
            }

            foreach (var value in new[] { "a b", "ö", "-a", new string('x', 64) })
                yield return new($"In '{value}', {place}", wrap($"key: a, operator: In, values: ['{value}']"), false, "Argument");
            yield return new($"In an empty value, {place}", wrap("key: a, operator: In, values: ['']"), true);
            yield return new($"Exists with values of null, {place}", wrap("key: a, operator: Exists, values: null"), true);
        }

        foreach (
            var requirement in new[]
            {
                "key: metadata.name, operator: In, values: [x]",
                "key: metadata.name, operator: NotIn, values: ['']",
                "operator: In, values: [x]",
            }
        )
            yield return new($"a field that {requirement}", Fields(requirement), true);
        foreach (
            var requirement in new[]
            {
                "key: metadata.name, operator: Exists",
                "key: metadata.name, operator: In, values: []",
                "key: metadata.name, operator: In, values: [x, z]",
                "key: metadata.name, operator: Gt, values: ['1']",
                "key: metadata.name",
            }
        )
            yield return new($"a field that {requirement}", Fields(requirement), false, "Argument");
    }

    private static IEnumerable<SchedulerCase> Spreads()
    {
        foreach (var field in new[] { "minDomains: 1", "matchLabelKeys: [a]", "nodeAffinityPolicy: Honor", "nodeTaintsPolicy: Honor" })
        {
            var body = SchedulerCases.Spread($"maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, {field}", "List");
            yield return new($"{field} of a default constraint", body, true, Api: "v1");
            yield return new($"{field} of a default constraint in 1.20", body, false, "UnknownField", "v1beta1");
        }

        yield return new(
            "a selector of null in a default",
            SchedulerCases.Spread("maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: null", "List"),
            true
        );
        yield return new(
            "an empty selector in a default",
            SchedulerCases.Spread("maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {}", "List"),
            false,
            "Argument"
        );
    }

    private static IEnumerable<SchedulerCase> Resources()
    {
        yield return new(
            "preferred terms of existing pods ignored",
            SchedulerCases.Arguments("InterPodAffinity", "ignorePreferredTermsOfExistingPods: true"),
            true,
            Api: "v1"
        );
        yield return new(
            "preferred terms of existing pods ignored in 1.20",
            SchedulerCases.Arguments("InterPodAffinity", "ignorePreferredTermsOfExistingPods: true"),
            false,
            "UnknownField",
            "v1beta1"
        );
        yield return new("an empty shape behind a gate", SchedulerCases.Arguments("VolumeBinding", "shape: []"), false, "Argument", "v1");
        yield return new("a shape of null behind a gate", SchedulerCases.Arguments("VolumeBinding", "shape: null"), true, Api: "v1");
        yield return new(
            "a shape of volumes in 1.20",
            SchedulerCases.Arguments("VolumeBinding", "shape: []"),
            false,
            "UnknownField",
            "v1beta1"
        );
        foreach (var field in new[] { "ignoredResources", "ignoredResourceGroups" })
        foreach (var item in new[] { "null", "''", "'a b'" })
            yield return new(
                $"{item} in {field}",
                SchedulerCases.Arguments("NodeResourcesFit", $"{field}: [{item}]"),
                false,
                "Argument",
                "v1"
            );
    }

    private static IEnumerable<SchedulerCase> Tls()
    {
        var certificate = Base64("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
        foreach (var (place, scheme) in new[] { ("http", ""), ("https", "enableHTTPS: true\n  ") })
        {
            SchedulerCase Case(string name, string settings, bool starts, string? rule = null, string? api = null) =>
                new(
                    $"{name} of an extender of {place}{api}",
                    $"extenders:\n- urlPrefix: http://127.0.0.1:1/\n  {scheme}tlsConfig: {{{settings}}}\n",
                    starts,
                    rule,
                    api
                );

            yield return Case("no TLS settings", "", true);
            yield return Case("insecure alone", "insecure: true", true);
            yield return Case("a server name", "serverName: a", true);
            yield return Case("an empty CA", "caData: ''", true);
            yield return Case("insecure with a CA", $"insecure: true, caData: {certificate}", false, "ExtenderTls");
            yield return Case("insecure with a CA file", "insecure: true, caFile: /nope", false, "ExtenderTls");
            foreach (var field in new[] { "caData", "certData", "keyData" })
            foreach (var value in new[] { "'!!'", "a", "aGVsbG8", "'aGVs bG8='", "'a-_b'" })
                yield return Case($"{field} of {value}", $"{field}: {value}", false, "Type");
            foreach (var (name, value) in new[] { ("text", Base64("hello")), ("a broken certificate", certificate) })
            {
                yield return Case($"a CA that is {name}", $"caData: {value}", false, "ExtenderTls", "v1");
                yield return Case($"a CA that is {name}", $"caData: {value}", true, null, "v1beta1");
                yield return Case($"a certificate and key that are {name}", $"certData: {value}, keyData: {value}", false, "ExtenderTls");
            }

            yield return Case("a certificate without a key", $"certData: {Base64("x")}", true);
            yield return Case("a key without a certificate", $"keyData: {Base64("x")}", true);
        }
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string PluginConfig(string name, string arguments) =>
        $"profiles:\n- pluginConfig:\n  - name: {name}\n    args: {arguments}\n";

    private static string Preferred(string expression) =>
        SchedulerCases.Arguments(
            "NodeAffinity",
            $"addedAffinity: {{preferredDuringSchedulingIgnoredDuringExecution: [{{weight: 1, preference: {{matchExpressions: [{{{expression}}}]}}}}]}}"
        );

    private static string Fields(string requirement) =>
        SchedulerCases.Arguments(
            "NodeAffinity",
            $"addedAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: [{{matchFields: [{{{requirement}}}]}}]}}}}"
        );
}
