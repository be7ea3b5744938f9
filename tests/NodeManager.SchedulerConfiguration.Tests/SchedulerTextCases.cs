using System.Globalization;

namespace NodeManager.SchedulerConfigurations.Tests;

/// <summary>How a configuration is written: characters, documents, tags, merge keys, JSON, numbers. Each class at several places.</summary>
internal static class SchedulerTextCases
{
    private const string Unreadable = SchedulerCase.Unreadable;
    private const string Head = SchedulerCase.Head;
    private const string Json = SchedulerCase.JsonHead;

    public static IReadOnlyList<SchedulerCase> All { get; } =
    [
        .. Characters(),
        .. Escapes(),
        .. Documents(),
        .. Directives(),
        .. JsonTexts(),
        .. Tags(),
        .. Merges(),
        .. Numbers(),
        .. Durations(),
        .. Names(),
    ];

    private static IEnumerable<SchedulerCase> Characters()
    {
        foreach (var code in new[] { 0x00, 0x07, 0x0B, 0x0C, 0x1B, 0x7F, 0x81, 0x9F, 0xFFFE, 0xFFFF })
        {
            var name = $"U+{code:X4}";
            var character = ((char)code).ToString();
            yield return new($"{name} in a comment", $"# a{character}b\n", false, Unreadable);
            yield return new($"{name} in plain text", Name($"a{character}b"), false, Unreadable);
            yield return new($"{name} in double quotes", Name($"\"a{character}b\""), false, Unreadable);
            yield return new($"{name} in single quotes", Name($"'a{character}b'"), false, Unreadable);
            yield return new($"{name} in a literal block", $"profiles:\n- schedulerName: |-\n    a{character}b\n", false, Unreadable);
            yield return new($"{name} at the end", $"profiles: []\n{character}", false, Unreadable);
            yield return new($"{name} in a second document", $"{Head}---\na: {character}\n", false, Unreadable);
        }

        foreach (var code in new[] { 0x09, 0xA0, 0xD7FF, 0xE000, 0xFEFF, 0xFFFD, 0x1F600 })
        foreach (
            var (place, body) in new[]
            {
                ("a comment", "# a{0}b\n"),
                ("plain text", "profiles:\n- schedulerName: a{0}b\n"),
                ("double quotes", "profiles:\n- schedulerName: \"a{0}b\"\n"),
            }
        )
            yield return new(
                $"U+{code:X4} in {place}",
                string.Format(CultureInfo.InvariantCulture, body, char.ConvertFromUtf32(code)),
                true
            );
        yield return new("a tab as indentation", "profiles:\n\t- schedulerName: a\n", false, Unreadable);
        yield return new("a tab behind a colon", "parallelism:\t3\n", true);
        yield return new("line breaks of Windows", "parallelism: 3\r\nprofiles:\r\n- schedulerName: a\r\n", true);
    }

    private static IEnumerable<SchedulerCase> Escapes()
    {
        foreach (var escape in new[] { "x07", "u0000", "e", "0", "a", "N", "_", "L", "P", "U0001F600", " ", "\\/" })
            yield return new($"the escape sequence \\{escape}", Name($"\"a\\{escape}b\""), true);
        foreach (var escape in new[] { "uFFFE", "uD800", "U00110000", "/", "q", "x7F", "x8" })
            yield return new($"the escape sequence \\{escape}", Name($"\"a\\{escape}b\""), false, Unreadable);
    }

    private static IEnumerable<SchedulerCase> Documents() =>
        [
            new("a first document that is empty", $"---\n---\n{Head}", false, "SeveralDocuments"),
            new("a first document with a comment alone", $"# a\n---\n# b\n---\n{Head}", false, "SeveralDocuments"),
            new("a first document that is null", $"null\n---\n{Head}", false, "SeveralDocuments"),
            new("a comment before the document", $"# a\n---\n{Head}", true),
            new("blank lines before the document", $"\n\n---\n{Head}", true),
            new("nothing behind a separator", $"{Head}---\n", true),
            new("the end of the document", $"{Head}...\n", true),
            new("another document", $"{Head}---\na: 1\n", true, "SeveralDocuments"),
            new("a broken second document", $"{Head}---\na: [\n", true),
            new("a second document behind a comment", $"{Head}--- # b\na: [\n", true),
            new("a second document with a tab", $"{Head}---\n\ta: 1\n", true, "SeveralDocuments"),
            new("text behind the end of the document", $"{Head}...\na: [b\n", true),
            new("words behind the end of the document", $"{Head}...\na\n", true, "SeveralDocuments"),
            new("dashes in a literal block", "profiles:\n- schedulerName: |\n    a\n    ---\n    b\n", true),
        ];

    private static IEnumerable<SchedulerCase> Directives() =>
        [
            new("%YAML 1.1", $"%YAML 1.1\n---\n{Head}", true),
            new("%YAML 1.2", $"%YAML 1.2\n---\n{Head}", false, Unreadable),
            new("%YAML 1.0", $"%YAML 1.0\n---\n{Head}", false, Unreadable),
            new("%YAML 2.0", $"%YAML 2.0\n---\n{Head}", false, Unreadable),
            new("%YAML twice", $"%YAML 1.1\n%YAML 1.1\n---\n{Head}", false, Unreadable),
            new("%TAG", $"%TAG ! tag:example.com,2000:\n---\n{Head}", true),
            new("an unknown directive", $"%FOO bar\n---\n{Head}", false, Unreadable),
        ];

    private static IEnumerable<SchedulerCase> JsonTexts() =>
        [
            new("JSON", $"{{{Json}}}", true),
            new("JSON with tabs and blank lines", $"\n\n  {{\n\t{Json}\n}}\n", true),
            new("JSON with a trailing comma", $"{{{Json},}}", false, Unreadable),
            new("JSON with a trailing comma behind blank lines", $"\n\n {{{Json},}}", false, Unreadable),
            new("JSON with a trailing comma in a list", $"{{{Json}, \"profiles\": [{{\"schedulerName\": \"a\"}},]}}", false, Unreadable),
            new("JSON with a comment", $"{{{Json}}} # a", false, Unreadable),
            new("JSON with single quotes", $"{{{Json}, 'parallelism': 3}}", false, Unreadable),
            new("JSON with a key without quotes", $"{{{Json}, parallelism: 3}}", false, Unreadable),
            new("JSON behind JSON", $"{{{Json}}}\n{{\"a\": 1}}", false, Unreadable),
            new("a bracket behind JSON", $"{{{Json}}}]", false, Unreadable),
            new("JSON with a key twice", $"{{{Json}, \"parallelism\": 3, \"parallelism\": 4}}", false, "DuplicateField"),
            new("a float in JSON", $"{{{Json}, \"parallelism\": 3.0}}", false, "Type"),
            new("an exponent in JSON", $"{{{Json}, \"parallelism\": 3e0}}", false, "Type"),
            new("a number as text in JSON", $"{{{Json}, \"parallelism\": \"3\"}}", false, "Type"),
            new("a trailing comma in a list of YAML", "profiles: [{schedulerName: a,},]\n", true),
        ];

    private static IEnumerable<SchedulerCase> Tags()
    {
        foreach (var value in new[] { "!!int 2", "!!int '2'", "!!float 2", "!!float '2'", "!!null ''", "!<tag:yaml.org,2002:int> 2" })
        {
            yield return new($"{value} as a number", $"parallelism: {value}\n", true);
            if (!value.Contains("null", StringComparison.Ordinal))
                yield return new($"{value} as text", Name(value), false, "Type");
        }

        foreach (var value in new[] { "!foo 2", "!!foo 2", "!!str 2", "! 2", "!!seq 2", "!!merge 2" })
        {
            yield return new($"{value} as a number", $"parallelism: {value}\n", false, "Type");
            yield return new($"{value} as text", Name(value), true);
        }

        foreach (var value in new[] { "!!bool true", "!!bool 'true'" })
        {
            yield return new($"{value} as text", Name(value), false, "Type");
            yield return new($"{value} as a boolean", $"enableProfiling: {value}\n", true);
        }

        foreach (var value in new[] { "!!int x", "!!timestamp 2" })
        foreach (var (place, body) in new[] { ("a number", $"parallelism: {value}\n"), ("text", Name(value)) })
            yield return new($"{value} as {place}", body, false, Unreadable);
        yield return new("a tag of one's own on a mapping", "leaderElection: !foo {leaderElect: false}\n", true);
        yield return new("a tag of one's own on a list", "profiles: !foo []\n", true);
        yield return new("a tag on a key", "!!str parallelism: 2\n", true);
    }

    private static IEnumerable<SchedulerCase> Merges() =>
        [
            new("a merged field", "<<: {parallelism: 3}\n", true),
            new("an unknown field merged in", "<<: {nope: 1}\n", false, "UnknownField"),
            new("an unknown field merged into merged fields", "<<: {<<: {nope: 1}}\n", false, "UnknownField"),
            new("an unknown field of a mapping merged in", "leaderElection:\n  <<: {leaderElect: false, nope: 1}\n", false, "UnknownField"),
            new(
                "an unknown field of an extender merged in",
                "extenders:\n- urlPrefix: http://127.0.0.1:1/\n  <<: {nope: 1}\n",
                false,
                "UnknownField"
            ),
            new("an unknown argument merged in", SchedulerCases.Arguments("InterPodAffinity", "<<: {nope: 1}"), false, "UnknownField"),
            new("an argument merged in", SchedulerCases.Arguments("InterPodAffinity", "<<: {hardPodAffinityWeight: 4}"), true),
            new("a merged field of the wrong kind", "<<: {parallelism: x}\n", false, "Type"),
            new("a merged field that is written before", "parallelism: 4\n<<: {parallelism: 3}\n", false, "DuplicateField"),
            new("a merged field that is written behind", "<<: {parallelism: 3}\nparallelism: 4\n", false, "DuplicateField"),
            new(
                "a merged argument that is written too",
                SchedulerCases.Arguments("InterPodAffinity", "<<: {hardPodAffinityWeight: 4}\n      hardPodAffinityWeight: 5"),
                false,
                "DuplicateField"
            ),
            new(
                "a merged profile with another name",
                "profiles:\n- &a {schedulerName: a}\n- <<: *a\n  schedulerName: b\n",
                false,
                "DuplicateField"
            ),
            new("a list of merged mappings", "<<: [{parallelism: 3}, {podMaxBackoffSeconds: 20}]\n", true),
            new("a list of merged mappings with a field twice", "<<: [{parallelism: 3}, {parallelism: 4}]\n", false, "DuplicateField"),
            new("two merge keys", "<<: {parallelism: 3}\n<<: {podMaxBackoffSeconds: 20}\n", true),
            new("a merge key in quotes", "'<<': {parallelism: 3}\n", false, "UnknownField"),
            new("a number merged in", "<<: 3\n", false, Unreadable),
            new("nothing merged in", "<<: null\n", false, Unreadable),
            new("a list of numbers merged in", "<<: [1]\n", false, Unreadable),
            new("a list as a key", "? [a]\n: b\n", false, Unreadable),
            new("an alias without an anchor", "parallelism: *x\n", false, Unreadable),
            new("an alias", "parallelism: &x 3\npodMaxBackoffSeconds: *x\npodInitialBackoffSeconds: 1\n", true),
        ];

    private static IEnumerable<SchedulerCase> Numbers()
    {
        foreach (var value in new[] { "1e40", "-1e40", "3.5e38", "1e400", ".inf", "-.inf", ".nan", "'5'", "1:30" })
            yield return new($"qps of {value}", $"clientConnection: {{kubeconfig: KUBECONFIG, qps: {value}}}\n", false, "Type");
        foreach (var value in new[] { "3.4e38", "1e-50", "1.5", "0x10", "1_000", "-1", "0", "5.", ".5" })
            yield return new($"qps of {value}", $"clientConnection: {{kubeconfig: KUBECONFIG, qps: {value}}}\n", true);
        foreach (var value in new[] { "2e1", "2.0", "0x10", "0b11", "010", "0o10", "1_000", "+3", "3.", "null", "~", "" })
            yield return new($"parallelism of {value}", $"parallelism: {value}\n", true);
        foreach (
            var value in new[]
            {
                "2147483648",
                "-2147483649",
                "9223372036854775808",
                "2.5",
                "1e400",
                ".inf",
                ".nan",
                "1e19",
                "[]",
                "{}",
                "'3'",
                "1:30",
            }
        )
            yield return new($"parallelism of {value}", $"parallelism: {value}\n", false, "Type");
        foreach (var value in new[] { "9223372036854775807", "1e18", "9007199254740993.0" })
            yield return new($"a backoff of {value}", $"podMaxBackoffSeconds: {value}\n", true);
        foreach (var value in new[] { "9223372036854775808", "1e19", ".inf" })
            yield return new($"a backoff of {value}", $"podMaxBackoffSeconds: {value}\n", false, "Type");
        foreach (var value in new[] { ".inf", "-.inf", ".nan" })
            yield return new(
                $"{value} in arguments that nobody checks",
                SchedulerCases.Arguments("Nope", $"a: [{{b: {value}}}]"),
                false,
                "Type"
            );
        yield return new(
            "a duplicate in arguments that nobody checks",
            SchedulerCases.Arguments("Nope", "a: [{b: 1, b: 2}]"),
            false,
            "DuplicateField"
        );
        yield return new(
            "a weight of 2.0",
            SchedulerCases.Plugins("score: {disabled: [{name: ImageLocality}], enabled: [{name: ImageLocality, weight: 2.0}]}"),
            true
        );
    }

    private static IEnumerable<SchedulerCase> Durations()
    {
        foreach (
            var (place, body) in new[]
            {
                ("a lease", "leaderElection: {leaderElect: true, leaseDuration: VALUE}\n"),
                ("an extender's timeout", "extenders:\n- urlPrefix: http://127.0.0.1:1/\n  httpTimeout: VALUE\n"),
            }
        )
        {
            foreach (
                var value in new[] { "15s", "'15s'", "1h30m", "1.5h", "+15s", "'0'", "9223372036854775807ns", "2562047h47m16.854775807s" }
            )
                yield return new($"{place} of {value}", body.Replace("VALUE", value, StringComparison.Ordinal), true);
            foreach (
                var value in new[]
                {
                    "null",
                    "~",
                    "15",
                    "'15'",
                    "''",
                    "1d",
                    "15S",
                    "15 s",
                    "true",
                    "[]",
                    "9223372036854775808ns",
                    "2562048h",
                    "1h-5m",
                    "1..5s",
                    "1h1",
                }
            )
                yield return new($"{place} of {value}", body.Replace("VALUE", value, StringComparison.Ordinal), false, "Type");
        }

        foreach (var field in new[] { "leaseDuration", "renewDeadline", "retryPeriod" })
        {
            yield return new($"{field} left empty", $"leaderElection:\n  leaderElect: true\n  {field}:\n", false, "Type");
            yield return new(
                $"{field} of null without an election",
                $"leaderElection: {{leaderElect: false, {field}: null}}\n",
                false,
                "Type"
            );
        }

        yield return new("a filter timeout of null", SchedulerCases.Arguments("DynamicResources", "filterTimeout: null"), true, Api: "v1");
    }

    private static IEnumerable<SchedulerCase> Names()
    {
        foreach (var value in new[] { "", "null", "~", "1.2.3", "1e", "0x", "'5'", "..", "=" })
            yield return new($"a single profile named {value}", Name(value), true);
        foreach (var value in new[] { "5", "08", "1.5", "true", "y", "on", "0x1F", ".inf", "1_0", "+1", "[]", "{}" })
            yield return new($"a single profile named {value}", Name(value), false, "Type");
        yield return new("two profiles, one with an empty name", "profiles:\n- schedulerName:\n- schedulerName: b\n", false, "ProfileName");
        yield return new(
            "two profiles, one with the name null",
            "profiles:\n- schedulerName: null\n- schedulerName: b\n",
            false,
            "ProfileName"
        );
    }

    private static string Name(string text) => $"profiles:\n- schedulerName: {text}\n";
}
