using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Editing;
using NodeManager.SchedulerConfigurations.Yaml;

namespace NodeManager.SchedulerConfigurations.Tests.Editing;

/// <summary>Every edit of every document: the text says what was meant, and only the lines concerned differ.</summary>
public sealed class YamlEditorTests
{
    private const string Header = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n";

    private static readonly OrderedDictionary<string, object?> Plugin = new() { ["name"] = "ImageLocality", ["weight"] = 5L };

    private static YamlPath Score(string list) => YamlPath.Root.Key("profiles").Item(0).Key("plugins").Key("score").Key(list);

    private static string Change(string text, params YamlEdit[] edits) => YamlEditor.Apply(SchedulerDocument.Parse(text), edits).Text;

    [Fact]
    public void An_item_is_added_after_the_last_one_and_comments_are_kept()
    {
        const string text =
            Header
            + """
                # top
                profiles:
                - schedulerName: a   # the first
                  plugins:
                    score:
                      enabled:
                      # why
                      - name: NodeAffinity  # keep
                      # behind
                      disabled:
                      - name: "*"
                """;
        var changed = Change(text, new InsertItem(Score("enabled"), 1, Plugin));
        Assert.Equal(text.Replace("  # keep\n", "  # keep\n      - name: ImageLocality\n        weight: 5\n"), changed);
        Assert.Equal(text, Change(changed, new RemoveValue(Score("enabled").Item(1))));
    }

    [Theory]
    [InlineData("profiles: []", "profiles: [{plugins: {score: {enabled: [{name: ImageLocality, weight: 5}]}}}]")]
    [InlineData(
        "profiles: # none",
        "profiles: # none\n- plugins:\n    score:\n      enabled:\n      - name: ImageLocality\n        weight: 5"
    )]
    [InlineData("profiles: null # none", "profiles: [{plugins: {score: {enabled: [{name: ImageLocality, weight: 5}]}}}] # none")]
    [InlineData(
        "parallelism: 3",
        "parallelism: 3\nprofiles:\n- plugins:\n    score:\n      enabled:\n      - name: ImageLocality\n        weight: 5"
    )]
    [InlineData(
        "profiles: [{schedulerName: a}]",
        "profiles: [{schedulerName: a, plugins: {score: {enabled: [{name: ImageLocality, weight: 5}]}}}]"
    )]
    [InlineData("profiles:\n- {}", "profiles:\n- {plugins: {score: {enabled: [{name: ImageLocality, weight: 5}]}}}")]
    [InlineData(
        "profiles:\n-   schedulerName: a\n",
        "profiles:\n-   schedulerName: a\n    plugins:\n      score:\n        enabled:\n        - name: ImageLocality\n          weight: 5\n"
    )]
    [InlineData(
        "profiles:\n  - plugins:\n        score: {enabled: [{name: A}, ]}",
        "profiles:\n  - plugins:\n        score: {enabled: [{name: A}, {name: ImageLocality, weight: 5}, ]}"
    )]
    [InlineData(
        "profiles:\n- plugins:\n    score:\n      enabled: [\n        {name: A},  # one\n        {name: B}   # two\n      ]",
        "profiles:\n- plugins:\n    score:\n      enabled: [\n        {name: A},  # one\n        {name: B},\n        {name: ImageLocality, weight: 5}   # two\n      ]"
    )]
    [InlineData(
        "profiles:\n  - schedulerName: a\n    plugins:\n      filter:\n        disabled:\n          - name: A",
        "profiles:\n  - schedulerName: a\n    plugins:\n      filter:\n        disabled:\n          - name: A\n      score:\n        enabled:\n          - name: ImageLocality\n            weight: 5"
    )]
    public void Missing_parents_are_created_in_the_surrounding_style(string body, string expected)
    {
        var document = SchedulerDocument.Parse(Header + body);
        var end = document.Profiles[0].Plugins("score", "enabled").Count;
        Assert.Equal(Header + expected, Change(Header + body, new InsertItem(Score("enabled"), end, Plugin)));
    }

    [Fact]
    public void JSON_stays_JSON()
    {
        const string text =
            """{"apiVersion":"kubescheduler.config.k8s.io/v1","kind":"KubeSchedulerConfiguration","profiles":[{"schedulerName":"a"}]}""";
        var changed = Change(text, new InsertItem(Score("enabled"), 0, Plugin));
        Assert.Equal(
            text.Replace(
                "\"a\"}",
                "\"a\", \"plugins\": {\"score\": {\"enabled\": [{\"name\": \"ImageLocality\", \"weight\": 5}]}}}",
                StringComparison.Ordinal
            ),
            changed
        );
        Assert.Equal(text, Change(changed, new RemoveValue(Score("enabled").Item(0))));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Line_endings_and_a_byte_order_mark_are_kept(string lineBreak)
    {
        var text =
            '\uFEFF'
            + (
                Header
                + "# ü 𝒳\nprofiles:\n- schedulerName: a\n  plugins:\n    score:\n      enabled:\n      - name: A\n        weight: 1\n"
            ).Replace("\n", lineBreak, StringComparison.Ordinal);
        var changed = Change(text, new InsertItem(Score("enabled"), 0, Plugin), new SetValue(Score("enabled").Item(1).Key("weight"), 7L));
        Assert.Equal(
            text.Replace("      - name: A", $"      - name: ImageLocality{lineBreak}        weight: 5{lineBreak}      - name: A")
                .Replace("weight: 1", "weight: 7"),
            changed
        );
        Assert.Equal(changed.Split('\n').Length - 1, changed.Split(lineBreak).Length - 1);
    }

    [Fact]
    public void A_moved_item_keeps_its_comment()
    {
        const string text =
            Header
            + "profiles:\n- plugins:\n    score:\n      enabled:\n      - name: A # a\n      # between\n      - name: B\n        weight: 3 # b\n      - {name: C}\n";
        Assert.Equal(
            Header
                + "profiles:\n- plugins:\n    score:\n      enabled:\n      - {name: C}\n      # between\n      - name: A # a\n      - name: B\n        weight: 3 # b\n",
            Change(text, new MoveItem(Score("enabled"), 2, 0))
        );
    }

    [Fact]
    public void Only_the_document_of_the_configuration_changes()
    {
        const string text =
            "# a stream\n---\nkind: ConfigMap\ndata:\n  x: |\n    profiles:\n---\n"
            + Header
            + "profiles:\n- schedulerName: a\n...\n---\nkind: Other\n";
        Assert.Equal(
            text.Replace(
                "schedulerName: a\n",
                "schedulerName: a\n  plugins:\n    score:\n      enabled:\n      - name: ImageLocality\n        weight: 5\n"
            ),
            Change(text, new InsertItem(Score("enabled"), 0, Plugin))
        );
    }

    [Fact]
    public void Block_scalars_tabs_and_long_lines_are_not_changed()
    {
        var text =
            Header
            + "profiles:\n- schedulerName: a\n  pluginConfig:\n  - name: X\n    args:\n      script: |\n        a\tb\n\n        c\n\n      folded: >-\n        "
            + new string('x', 5000)
            + "\n      tab: \"a\tb\"\n      last: |\n        end\n\n";
        var arguments = YamlPath.Root.Key("profiles").Item(0).Key("pluginConfig").Item(0).Key("args");
        var changed = Change(text, new SetValue(arguments.Key("more"), 80.0));
        Assert.Equal(text.Replace("        end\n", "        end\n      more: 80.0\n"), changed);
        Assert.Equal(text, Change(changed, new RemoveValue(arguments.Key("more"))));
        Assert.Equal(
            text.Replace("      script: |\n        a\tb\n\n        c\n", "      script: done\n"),
            Change(text, new SetValue(arguments.Key("script"), "done"))
        );
    }

    [Theory]
    [InlineData(80.0, "80.0")]
    [InlineData(0.6, "0.6")]
    [InlineData(40L, "40")]
    [InlineData("40", "\"40\"")]
    [InlineData("30s", "30s")]
    [InlineData("yes", "\"yes\"")]
    [InlineData("*", "\"*\"")]
    [InlineData("a: b", "\"a: b\"")]
    [InlineData("http://x:9090", "http://x:9090")]
    [InlineData(" x", "\" x\"")]
    [InlineData("x #y", "\"x #y\"")]
    [InlineData(true, "true")]
    [InlineData(null, "null")]
    [InlineData("12:30", "\"12:30\"")]
    [InlineData("line\nbreak\t\"", "\"line\\nbreak\\t\\\"\"")]
    public void Scalars_keep_their_type(object? value, string written)
    {
        Assert.Equal(written, YamlScalar.Write(value));
        var changed = SchedulerDocument.Parse(Change(Header, new SetValue(YamlPath.Root.Key("x"), value)));
        Assert.Equal(value, YamlValue.Of(changed.Root.Value("x")!));
    }

    [Fact]
    public void The_first_field_of_an_item_can_be_removed()
    {
        const string text = Header + "profiles:\n- plugins:\n    score:\n      enabled:\n      - name: A\n  # mine\n  schedulerName: a\n";
        Assert.Equal(Header + "profiles:\n- # mine\n  schedulerName: a\n", Change(text, new RemoveValue(Score("enabled").Item(0))));
    }

    [Fact]
    public void A_change_behind_an_anchor_is_refused_and_names_the_other_uses()
    {
        const string text =
            Header
            + "profiles:\n- schedulerName: a\n  plugins: &p\n    score:\n      enabled:\n      - name: A\n- schedulerName: b\n  plugins: *p\n";
        var shared = Assert.Throws<NodeManagerException>(() => Change(text, new InsertItem(Score("enabled"), 1, Plugin)));
        Assert.Equal(ErrorIds.SchedulerEditRefused, shared.ErrorId);
        Assert.Contains("profiles[b].plugins", shared.Message, StringComparison.Ordinal);
        var alias = Assert.Throws<NodeManagerException>(() =>
            Change(text, new InsertItem(YamlPath.Root.Key("profiles").Item(1).Key("plugins").Key("score").Key("enabled"), 1, Plugin))
        );
        Assert.Contains("*p", alias.Message, StringComparison.Ordinal);
        Assert.Contains("&p", alias.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_next_to_anchors_and_merge_keys_change_independently()
    {
        const string text =
            Header
            + "profiles:\n- schedulerName: &n a\n  plugins:\n    score:\n      enabled:\n      - &x\n        name: A\n        weight: &w 1\n      - <<: *x\n        name: B\n";
        Assert.Equal(
            text.Replace("        name: B\n", "        name: B\n        weight: 4\n"),
            Change(text, new SetValue(Score("enabled").Item(1).Key("weight"), 4L))
        );
        Assert.Equal(
            text.Replace("schedulerName: &n a", "schedulerName: &n c"),
            Change(text, new SetValue(YamlPath.Root.Key("profiles").Item(0).Key("schedulerName"), "c"))
        );
        var shared = Assert.Throws<NodeManagerException>(() => Change(text, new SetValue(Score("enabled").Item(0).Key("weight"), 4L)));
        Assert.Contains("enabled[B].weight", shared.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", ErrorIds.SchedulerConfigurationNotFound)]
    [InlineData("# nothing\n", ErrorIds.SchedulerConfigurationNotFound)]
    [InlineData("kind: ConfigMap\n", ErrorIds.SchedulerConfigurationNotFound)]
    [InlineData("a: [", ErrorIds.SchedulerConfigurationInvalid)]
    [InlineData("a: b: c", ErrorIds.SchedulerConfigurationInvalid)]
    [InlineData("a: *x", ErrorIds.SchedulerConfigurationInvalid)]
    [InlineData("? [a]\n: b", ErrorIds.SchedulerConfigurationInvalid)]
    public void An_invalid_configuration_is_reported(string text, string errorId)
    {
        var failure = Assert.Throws<NodeManagerException>(() => SchedulerDocument.Parse(text));
        Assert.Equal(errorId, failure.ErrorId);
        Assert.NotNull(failure.RecommendedAction);
    }
}
