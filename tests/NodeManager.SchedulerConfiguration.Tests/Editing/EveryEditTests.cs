using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Comparing;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Editing;
using NodeManager.SchedulerConfigurations.Reading;
using NodeManager.SchedulerConfigurations.Yaml;

namespace NodeManager.SchedulerConfigurations.Tests.Editing;

/// <summary>Real files and awkward ones of our own, edited in each way there is: only the lines of the edit differ, and undoing it restores each byte.</summary>
public sealed class EveryEditTests
{
    private const string Awkward = """
        # Above all
        apiVersion: kubescheduler.config.k8s.io/v1 # the version
        kind: KubeSchedulerConfiguration

        profiles:
            # the first profile
            -   schedulerName: "a"
                plugins:
                    score:
                        enabled:
                            - name: NodeAffinity   # the first
                              weight: 3
                            # before the second
                            - {name: "ImageLocality", weight: 2} # flow
                            - weight: 4
                              # inside
                              name: TaintToleration
                        disabled: [ {name: PodTopologySpread}, {name: 'InterPodAffinity'} ]   # in a line
                    filter: {disabled: [{name: NodePorts}], enabled: [{name: NodePorts}, {name: NodeName}]}
                pluginConfig:
                    -   name: InterPodAffinity
                        args:
                            hardPodAffinityWeight: 5   # of 100
                    -   name: NodeResourcesFit
                        args:
                            ignoredResources: &ignored
                                - example.com/a
                            # end of the arguments
            # the second
            - schedulerName: b
              pluginConfig:
              - args: {bindTimeoutSeconds: 30}
                name: VolumeBinding
        # behind
        leaderElection: {leaderElect: no}
        """;

    // Tabs stand for themselves in scalars and before comments; a block scalar's blank lines, indents and signs are its own.
    private static readonly string Blocks = $$"""
        apiVersion: kubescheduler.config.k8s.io/v1
        kind: KubeSchedulerConfiguration
        clientConnection:
          kubeconfig: "/etc/\tkubernetes{{'\t'}}conf"{{'\t'}}# behind a tab
          contentType: plain{{'\t'}}text
        profiles:
        - schedulerName: 'with{{'\t'}}a tab'
          plugins:
            score:
              enabled:
              - name: NodeAffinity{{'\t'}}# {{new string('-', 3000)}}
                weight: 2
              - {name: ImageLocality,{{'\t'}}weight: 3}
          pluginConfig:
          - name: Own
            args:
              script: |
                one{{'\t'}}tab
                  - name: no plugin

                # no comment
              before: 1   # between
              folded: >-
                {{string.Join(' ', Enumerable.Repeat("word", 700))}}
                end

                of it
              kept: |+
                text

              long: {{string.Join(' ', Enumerable.Repeat("plain", 900))}}
              indented: |2
                  deeper
                flat
              quoted: "{{new string('q', 4000)}}"
              last: |
                the end
        parallelism: 8
        """;

    public static TheoryData<string> Names()
    {
        var data = new TheoryData<string>();
        foreach (var name in DataFiles.Names)
            data.Add(name);
        foreach (
            var name in new[]
            {
                "awkward",
                "awkward with CR LF",
                "awkward with a byte order mark",
                "awkward in a ConfigMap",
                "awkward in a stream",
                "awkward in quotes",
                "blocks",
                "blocks with CR LF",
                "blocks in a ConfigMap",
            }
        )
            data.Add(name);
        return data;
    }

    private static string Read(string name) =>
        name switch
        {
            "awkward" => Awkward,
            "awkward with CR LF" => Awkward.ReplaceLineEndings("\r\n"),
            "awkward with a byte order mark" => '\uFEFF' + Awkward + "\n",
            "awkward in a ConfigMap" => "kind: ConfigMap # a map\ndata:\n  other: |\n    x\n  config.yaml: |\n      "
                + Awkward.Replace("\n", "\n      ", StringComparison.Ordinal)
                + "\n\nmetadata: {name: x}\n",
            "awkward in quotes" => "kind: ConfigMap\ndata:\n  config.yaml: " + YamlScalar.Write(Awkward, quoted: true) + "\n",
            "awkward in a stream" => "a: 1\n---\n" + Awkward + "\n---\nb: 2\n",
            "blocks" => Blocks,
            "blocks with CR LF" => Blocks.ReplaceLineEndings("\r\n"),
            "blocks in a ConfigMap" => "kind: ConfigMap\ndata:\n  config.yaml: |\n    "
                + Blocks.Replace("\n", "\n    ", StringComparison.Ordinal)
                + "\n",
            _ => DataFiles.Read(name),
        };

    [Theory]
    [MemberData(nameof(Names))]
    public void An_edit_without_changes_keeps_the_text(string name)
    {
        var manifest = SchedulerManifest.Read(Read(name), name);
        Assert.Equal(Read(name), manifest.Write(manifest.Document));
        Assert.NotEmpty(SchedulerPlugins.Read(manifest.Document));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Plugins_are_added_and_removed_at_every_position_of_every_list(string name)
    {
        var text = Read(name);
        var manifest = SchedulerManifest.Read(text, name);
        var plugin = new OrderedDictionary<string, object?> { ["name"] = "PodState", ["weight"] = 7L };
        foreach (var profile in manifest.Document.Profiles)
        {
            foreach (var point in ExtensionPoints.Cycle.Append(ExtensionPoints.MultiPoint))
            {
                foreach (var list in new[] { "enabled", "disabled" })
                {
                    var path = profile.List(point, list);
                    var count = profile.Plugins(point, list).Count;
                    for (var place = 0; place <= count; place++)
                    {
                        var added = YamlEditor.Apply(manifest.Document, new InsertItem(path, place, plugin));
                        AssertOnlyAdded(text, manifest.Write(added));
                        Assert.Equal(manifest.Document.Text, YamlEditor.Apply(added, new RemoveValue(path.Item(place))).Text);
                    }

                    for (var from = 0; from < count; from++)
                    for (var to = 0; to < count; to++)
                        Assert.Equal(
                            manifest.Document.Text,
                            YamlEditor.Apply(manifest.Document, [new MoveItem(path, from, to), new MoveItem(path, to, from)]).Text
                        );
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_value_can_be_changed_independently_and_back(string name)
    {
        var manifest = SchedulerManifest.Read(Read(name), name);
        foreach (var path in Scalars(YamlPath.Root, manifest.Document.Root).Where(path => path.ToString() is not ("kind" or "apiVersion")))
        {
            var old = YamlValue.Of(path.Find(manifest.Document.Root)!);
            var other = old switch
            {
                long number => (object)(number + 1),
                double number => number + 0.5,
                bool truth => !truth,
                _ => "another text",
            };
            var changed = YamlEditor.Apply(manifest.Document, new SetValue(path, other));
            AssertOnlyThere(manifest.Document, path.Find(manifest.Document.Root)!, changed.Text);
            // A new name makes another plugin or profile: one removed, one added.
            Assert.InRange(ValueComparison.Compare(YamlValue.Of(manifest.Document.Root), YamlValue.Of(changed.Root)).Count, 1, 2);
            Assert.Equal(changed.Text, SchedulerManifest.Read(manifest.Write(changed), name).Document.Text);
            Assert.True(
                YamlValue.Equals(
                    YamlValue.Of(manifest.Document.Root),
                    YamlValue.Of(YamlEditor.Apply(changed, new SetValue(path, old)).Root)
                )
            );
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_field_can_be_removed(string name)
    {
        var manifest = SchedulerManifest.Read(Read(name), name);
        foreach (var path in Scalars(YamlPath.Root, manifest.Document.Root).Where(path => path.ToString() is not ("kind" or "apiVersion")))
        {
            var changed = YamlEditor.Apply(manifest.Document, new RemoveValue(path));
            Assert.NotEqual(manifest.Document.Text, changed.Text);
            Assert.Equal(changed.Text, SchedulerManifest.Read(manifest.Write(changed), name).Document.Text);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Arguments_are_added_with_their_types_and_removed(string name)
    {
        var text = Read(name);
        var manifest = SchedulerManifest.Read(text, name);
        var change = new PluginChange
        {
            Name = "TargetLoadPacking",
            Arguments = new Dictionary<string, object?> { ["targetUtilization"] = 70L, ["defaultRequestsMultiplier"] = "2" },
        };
        var changed = PluginEditor.Set(manifest.Document, change);
        foreach (var profile in changed.Document.Profiles)
        {
            Assert.Equal(70L, YamlScalar.Resolve(profile.Arguments("TargetLoadPacking")!.Value("targetUtilization")!));
            Assert.Equal("2", YamlScalar.Resolve(profile.Arguments("TargetLoadPacking")!.Value("defaultRequestsMultiplier")!));
        }

        Assert.Empty(PluginEditor.Set(changed.Document, change).Differences);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_known_plugin_can_be_enabled_and_disabled_at_every_point(string name)
    {
        var document = SchedulerManifest.Read(Read(name), name).Document;
        var api = SchedulerPlugins.ApiOf(document);
        foreach (var plugin in PluginCatalog.Standard.All.Where(plugin => plugin.Exists(api.AssumedMinor)))
        {
            foreach (var point in plugin.Points(api.AssumedMinor).Intersect(ExtensionPoints.Of(api, api.AssumedMinor)))
            {
                var change = new PluginChange { Name = plugin.Name, ExtensionPoints = [point] };
                var enabled = PluginEditor.Enable(document, change).Document;
                Assert.Equal(enabled.Profiles.Count, Running(enabled, plugin.Name, point));
                var disabled = PluginEditor.Disable(enabled, change).Document;
                Assert.Equal(0, Running(disabled, plugin.Name, point));
                Assert.Equal(0, Running(PluginEditor.Disable(document, change).Document, plugin.Name, point));
                Assert.Equal(enabled.Profiles.Count, Running(PluginEditor.Enable(disabled, change).Document, plugin.Name, point));
            }
        }
    }

    [Fact]
    public void Edits_keep_unrelated_text_in_every_layout()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var text = new RandomDocument(seed).Write();
            var random = new Random(seed);
            var document = SchedulerDocument.Parse(text);
            for (var round = 0; round < 12; round++)
            {
                var edit = RandomEdit(document, random);
                SchedulerDocument changed;
                try
                {
                    changed = YamlEditor.Apply(document, edit);
                }
                catch (NodeManagerException exception)
                {
                    throw new InvalidOperationException(
                        $"seed {seed}, {edit}: {exception.Message}\n{exception.InnerException?.Message}\n{document.Text}",
                        exception
                    );
                }

                AssertCommentsStay(document.Text, changed.Text, edit);
                document = changed;
            }
        }
    }

    private static YamlEdit RandomEdit(SchedulerDocument document, Random random)
    {
        var profile = document.Profiles[random.Next(document.Profiles.Count)];
        var point = new[] { "score", "filter", "bind" }[random.Next(3)];
        var list = random.Next(2) == 0 ? "enabled" : "disabled";
        var path = profile.List(point, list);
        var count = profile.Plugins(point, list).Count;
        var plugin = new OrderedDictionary<string, object?> { ["name"] = $"P{random.Next(1000)}", ["weight"] = (long)random.Next(9) };
        return random.Next(4) switch
        {
            0 when count > 0 => new RemoveValue(path.Item(random.Next(count))),
            1 when count > 1 => new MoveItem(path, random.Next(count), random.Next(count)),
            2 when count > 0 => new SetValue(path.Item(random.Next(count)).Key("weight"), (long)random.Next(100)),
            _ => new InsertItem(path, random.Next(count + 1), plugin),
        };
    }

    private static void AssertCommentsStay(string before, string after, YamlEdit edit)
    {
        static IEnumerable<string> OwnLines(string text) =>
            text.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("# own line", StringComparison.Ordinal));
        // What stands within a removed item goes with it.
        if (edit is not RemoveValue)
            Assert.Equal(OwnLines(before).Order(), OwnLines(after).Order());
        Assert.Equal(before.Contains('\r', StringComparison.Ordinal), after.Contains('\r', StringComparison.Ordinal));
        Assert.Equal(
            after.AsSpan().Count('\n'),
            before.Contains('\r', StringComparison.Ordinal) ? after.Split("\r\n").Length - 1 : after.AsSpan().Count('\n')
        );
    }

    private static int Running(SchedulerDocument document, string plugin, string point) =>
        SchedulerPlugins
            .Read(document)
            .Count(one => one.Name == plugin && one.ExtensionPoint == point && one.Status != SchedulerPluginStatus.Disabled);

    private static IEnumerable<YamlPath> Scalars(YamlPath path, YamlNode node) =>
        node.Kind switch
        {
            YamlNodeKind.Mapping => node.Entries.SelectMany(entry => Scalars(path.Key(entry.Name), entry.Value)),
            YamlNodeKind.Sequence => node.Items.SelectMany((item, index) => Scalars(path.Item(index), item)),
            _ => [path],
        };

    /// <summary>Every line of before is in after, in order and unchanged but for what was put into a line of flow.</summary>
    private static void AssertOnlyAdded(string before, string after)
    {
        var place = 0;
        foreach (var character in before)
        {
            place = after.IndexOf(character, place) + 1;
            if (place == 0)
                Assert.Fail(TextComparison.Unified(before, after));
        }

        var removed = TextComparison
            .Unified(before, after)
            .Split('\n')
            .Count(line => line.StartsWith('-') && !line.StartsWith("---", StringComparison.Ordinal));
        Assert.True(removed <= 1, TextComparison.Unified(before, after));
    }

    /// <summary>The lines of the value differ, and become one; all before and behind them stay.</summary>
    private static void AssertOnlyThere(SchedulerDocument document, YamlNode value, string after)
    {
        var first = document.Text.AsSpan(0, value.Start).Count('\n');
        var behind = document.Text.AsSpan(value.End).Count('\n');
        string[] before = document.Text.Split('\n'),
            lines = after.Split('\n');
        Assert.Equal(first + behind + 1, lines.Length);
        Assert.Equal(before[..first], lines[..first]);
        Assert.Equal(before[^behind..], lines[^behind..]);
        Assert.NotEqual(before[first], lines[first]);
    }
}
