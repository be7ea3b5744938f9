using System.Text;
using NodeManager.Providers.Files;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Editing;
using NodeManager.SchedulerConfigurations.Reading;

namespace NodeManager.Core.Tests.Scheduler.Files;

public sealed class SchedulerFilesTests : IDisposable
{
    private const string Text =
        "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles:\n- schedulerName: a\n";

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string File => Path.Combine(_folder, "scheduler.yaml");

    [Theory]
    [InlineData("  plugins: {bind: {enabled: [{name: GpuPacking}]}}\n", "does not implement bind")]
    [InlineData("  pluginConfig: [{name: GpuPacking, args: {mode: 3}}]\n", "mode")]
    public async Task A_new_configuration_is_checked_with_the_registered_plugins(string wrong, string said)
    {
        var catalog = PluginDefinitions.Catalog(
            PluginDefinitions.Read(
                "name: GpuPacking\nextensionPoints: [score]\narguments: {mode: string}\n",
                "x",
                SchedulerPluginSource.Session
            )
        );
        await System.IO.File.WriteAllTextAsync(File, Text);

        var refused = await Assert.ThrowsAsync<NodeManagerException>(() => ReplaceAsync(Text + wrong, catalog));
        Assert.Equal(ErrorIds.SchedulerConfigurationInvalid, refused.ErrorId);
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.Equal(Text, await System.IO.File.ReadAllTextAsync(File));
        Assert.NotNull(await ReplaceAsync(Text + wrong, PluginCatalog.Standard));
    }

    [Fact]
    public async Task A_plain_file_in_the_place_of_an_encrypted_one_is_refused()
    {
        using var passphrase = new System.Security.SecureString();
        foreach (char letter in "correct horse")
            passphrase.AppendChar(letter);
        SchedulerFiles.Export(File, Text, passphrase, overwrite: true, CancellationToken.None);
        Assert.Equal(Text, (await SchedulerFiles.ReadAsync(File, null, passphrase, CancellationToken.None)).Document.Text);

        await System.IO.File.WriteAllTextAsync(File, Text);

        var refused = await Assert.ThrowsAsync<NodeManagerException>(() =>
            SchedulerFiles.ReadAsync(File, null, passphrase, CancellationToken.None)
        );
        Assert.Equal(ErrorIds.SchedulerPassphraseInvalid, refused.ErrorId);
        Assert.Contains("is not encrypted", refused.Message, StringComparison.Ordinal);
        Assert.Equal(
            Text,
            (await SchedulerFiles.ReadAsync(File, null, passphrase, CancellationToken.None, allowPlain: true)).Document.Text
        );
    }

    public static TheoryData<string, bool> Layouts() =>
        new()
        {
            { "\n", true },
            { "\n", false },
            { "\r\n", true },
            { "\r\n", false },
        };

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task A_ConfigMap_is_edited_whether_its_last_line_ends_or_not(string lineBreak, bool ends)
    {
        var value = Text + "  plugins:\n    score:\n      enabled:\n      - name: ImageLocality\n";
        var before = string.Concat(
                "kind: ConfigMap\ndata:\n  config.yaml: |\n",
                string.Concat(value.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => $"    {line}\n"))
            )
            .Replace("\n", lineBreak, StringComparison.Ordinal);
        if (!ends)
            before = before.TrimEnd();
        var added = new PluginChange
        {
            Name = "NodeAffinity",
            ExtensionPoints = ["score"],
            Weight = 3,
        };
        foreach (
            var edit in new Func<SchedulerDocument, SchedulerDocument>[]
            {
                document => PluginEditor.Enable(document, added).Document,
                document => PluginEditor.Enable(document, added with { Order = 1 }).Document,
                document => PluginEditor.Set(document, added with { Name = "ImageLocality" }).Document,
                document => PluginEditor.Disable(document, new PluginChange { Name = "ImageLocality" }).Document,
            }
        )
        {
            await System.IO.File.WriteAllTextAsync(File, before);
            var expected = edit(SchedulerManifest.Read(before, "x").Document);
            Assert.NotNull(await ChangeAsync(edit));
            var after = await System.IO.File.ReadAllTextAsync(File);
            Assert.Equal(expected.Text, SchedulerManifest.Read(after, "x").Document.Text);
            Assert.Equal(ends, after.EndsWith('\n'));
            Assert.StartsWith(before[..before.IndexOf("profiles", StringComparison.Ordinal)], after, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public async Task A_UTF_16_file_keeps_its_encoding(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        await System.IO.File.WriteAllTextAsync(File, Text, encoding);
        Assert.NotNull(await ChangeAsync(document => PluginEditor.Disable(document, new PluginChange { Name = "ImageLocality" }).Document));
        var bytes = await System.IO.File.ReadAllBytesAsync(File);
        Assert.Equal(encoding.GetPreamble(), bytes[..2]);
        Assert.Contains("ImageLocality", encoding.GetString(bytes), StringComparison.Ordinal);
        Assert.NotNull(await ChangeAsync(SchedulerFileChange.Replacement(Text)));
        Assert.Equal(encoding.GetPreamble(), (await System.IO.File.ReadAllBytesAsync(File))[..2]);
    }

    [Fact]
    public async Task An_existing_error_is_not_new_when_earlier_lines_are_removed()
    {
        const string wrong =
            "profiles:\n- schedulerName: a\n  plugins:\n    filter:\n      enabled:\n      - name: NodePorts\n      - name: ImageLocality\n      - name: NodeName\n";
        await System.IO.File.WriteAllTextAsync(File, Text.Split("profiles")[0] + wrong);
        Assert.NotNull(
            await ChangeAsync(document =>
                PluginEditor
                    .Set(
                        document,
                        new PluginChange
                        {
                            Name = "NodeName",
                            ExtensionPoints = ["filter"],
                            Order = 1,
                        }
                    )
                    .Document
            )
        );
        Assert.NotNull(
            await ChangeAsync(document =>
                PluginEditor.Disable(document, new PluginChange { Name = "NodePorts", ExtensionPoints = ["filter"] }).Document
            )
        );
        var refused = await Assert.ThrowsAsync<NodeManagerException>(() =>
            ChangeAsync(document =>
                PluginEditor
                    .Enable(
                        document,
                        new PluginChange
                        {
                            Name = "ImageLocality",
                            ExtensionPoints = ["permit"],
                            Force = true,
                        }
                    )
                    .Document
            )
        );
        Assert.Contains("does not implement permit", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("does not implement filter", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("|", false)]
    [InlineData(">", true)]
    public async Task Rewriting_a_whole_value_is_a_warning(string style, bool warns)
    {
        var lines = string.Concat(
            Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => $"    {line}\n" + (style == ">" ? "\n" : ""))
        );
        await System.IO.File.WriteAllTextAsync(File, $"kind: ConfigMap\ndata:\n  config.yaml: {style}\n{lines}");
        var warnings = new List<string>();
        Assert.NotNull(
            await ChangeAsync(
                document => PluginEditor.Disable(document, new PluginChange { Name = "ImageLocality" }).Document,
                warn: warnings.Add
            )
        );
        Assert.Equal(warns, warnings.Count == 1);
    }

    [Fact]
    public async Task A_file_changed_by_another_process_is_not_overwritten()
    {
        await System.IO.File.WriteAllTextAsync(File, Text);
        var refused = await Assert.ThrowsAsync<NodeManagerException>(() =>
            ChangeAsync(
                document => PluginEditor.Disable(document, new PluginChange { Name = "ImageLocality" }).Document,
                confirm: () =>
                {
                    System.IO.File.AppendAllText(File, "# another\n");
                    return true;
                }
            )
        );
        Assert.Equal(ErrorIds.Conflict, refused.ErrorId);
        Assert.Equal(Text + "# another\n", await System.IO.File.ReadAllTextAsync(File));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_definition_that_names_no_points_is_not_needed_to_set_arguments()
    {
        await System.IO.File.WriteAllTextAsync(
            File,
            Text.Replace("/v1", "/v1beta1", StringComparison.Ordinal) + "  plugins: {score: {enabled: [{name: Dynamic}]}}\n"
        );
        var change = new PluginChange
        {
            Name = "Dynamic",
            Force = true,
            Arguments = new Dictionary<string, object?> { ["a"] = 1L },
        };
        Assert.NotNull(await ChangeAsync(document => PluginEditor.Set(document, change).Document));
        Assert.Contains("a: 1", await System.IO.File.ReadAllTextAsync(File), StringComparison.Ordinal);
        await Assert.ThrowsAsync<NodeManagerException>(() => ChangeAsync(document => PluginEditor.Enable(document, change).Document));
    }

    [Theory]
    [InlineData("2.0", 2)]
    [InlineData("2e1", 20)]
    public void A_weight_is_shown_as_the_scheduler_reads_it(string written, int weight)
    {
        var document = SchedulerDocument.Parse(Text + $"  plugins: {{score: {{enabled: [{{name: ImageLocality, weight: {written}}}]}}}}\n");
        Assert.Equal(
            weight,
            SchedulerPlugins.Read(document).Single(plugin => plugin is { Name: "ImageLocality", ExtensionPoint: "score" }).Weight
        );
    }

    [Fact]
    public void A_change_that_contradicts_an_out_of_tree_plugin_is_a_warning()
    {
        var document = SchedulerDocument.Parse(Text);
        var change = new PluginChange
        {
            Name = "Coscheduling",
            ExtensionPoints = ["postBind"],
            Arguments = new Dictionary<string, object?> { ["nope"] = 1L },
        };
        Assert.Equal(2, PluginEditor.Enable(document, change).Warnings.Count);
        Assert.Empty(PluginEditor.Enable(document, change with { Force = true }).Warnings);
        var own = new PluginChange { Name = "ImageLocality", ExtensionPoints = ["permit"] };
        Assert.Throws<NodeManagerException>(() => PluginEditor.Enable(document, own));
        Assert.Contains("permit", PluginEditor.Enable(document, own with { Force = true }).Document.Text, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<SchedulerDocument?> ReplaceAsync(string text, PluginCatalog catalog) =>
        ChangeAsync(SchedulerFileChange.Replacement(text), catalog);

    private Task<SchedulerDocument?> ChangeAsync(
        Func<SchedulerDocument, SchedulerDocument> edit,
        PluginCatalog? catalog = null,
        Action<string>? warn = null,
        Func<bool>? confirm = null
    ) =>
        SchedulerFiles.ChangeAsync(
            File,
            new()
            {
                Edit = edit,
                Catalog = catalog,
                Confirm = _ => Task.FromResult(confirm?.Invoke() ?? true),
                Warn = warn ?? (static _ => { }),
            },
            default
        );
}
