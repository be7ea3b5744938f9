using System.Text.Json;
using System.Text.RegularExpressions;
using NodeManager.Core.Machines;
using NodeManager.Testing;

namespace NodeManager.Providers.Tests;

/// <summary>The sample of the provider author's guide does what the guide asks for, and the guide shows what the sample does.</summary>
public sealed class SampleProviderTests
{
    private const string Type = "example.com/folder";

    private static readonly string Root = RepositoryFolder.Path;

    [Fact]
    public async Task A_claim_gets_one_machine_and_no_foreign_machine_is_destroyed()
    {
        using var folder = new TemporaryFolder();
        using IMachineProvider provider = Load().Create(Type, Settings(folder.Path("."), "cluster/a")),
            other = Load().Create(Type, Settings(folder.Path("."), "cluster/b"));
        var request = new MachineRequest("11111111-2222-3333-4444-555555555555", "one", 4, 8192);

        Machine made = (await provider.ProvisionAsync(request, default)).Machine!;
        Assert.Equal(made.ProviderId, (await provider.ProvisionAsync(request with { Name = "another" }, default)).Machine!.ProviderId);
        Assert.Equal((4m, 8L << 30), (made.CpuCores, made.Memory));
        Assert.Equal(MachineOutcome.Refused, (await other.ProvisionAsync(request, default)).Outcome);
        Assert.Single((await provider.ListAsync(default)).Machines);
        Assert.Empty((await other.ListAsync(default)).Machines);

        MachineIdentity identity = new(made.ProviderId, "one", request.ClaimUid);
        foreach (
            MachineIdentity wrong in (MachineIdentity[])
                [identity with { ClaimUid = "other" }, identity with { ProviderId = "folder://two" }]
        )
            Assert.Equal(MachineOutcome.Refused, (await provider.DeprovisionAsync(wrong, default)).Outcome);
        Assert.Equal(MachineOutcome.Refused, (await other.DeprovisionAsync(identity, default)).Outcome);
        Assert.Equal(MachineOutcome.Succeeded, (await provider.RestartAsync(identity, default)).Outcome);
        Assert.Equal(MachineOutcome.Succeeded, (await provider.DeprovisionAsync(identity, default)).Outcome);
        Assert.Equal(MachineOutcome.NotFound, (await provider.DeprovisionAsync(identity, default)).Outcome);
        Assert.Equal(MachineOutcome.NotFound, (await provider.GetAsync(identity, default)).Outcome);
        Assert.All(await ((ITestableMachineProvider)provider).TestAsync(default), static one => Assert.True(one.Passed, one.Message));
    }

    [Fact]
    public void Missing_settings_are_reported_before_anything_is_created()
    {
        MachineProviderRegistry registry = Load();
        Assert.Equal("TOKEN", Assert.Single(Assert.Single(registry.Find(Type)!.GetSecrets(JsonDocument.Parse("{}").RootElement)).Keys));
        Assert.Contains(
            "additionalSettings.folder.path",
            Assert.Throws<NodeManagerException>(() => registry.Create(Type, Settings(null, "c"))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_guide_contains_the_sample_provider()
    {
        string sample = string.Join(
            '\n',
            Directory.GetFiles(Path.Combine(Root, "tests", "NodeManager.SampleProvider"), "*.cs").Select(Text)
        );
        MatchCollection blocks = Regex.Matches(
            Text(Path.Combine(Root, "docs", "guides", "write-a-provider.md")),
            "(?s)```csharp\n(.*?)\n```"
        );
        Assert.True(blocks.Count > 3);
        Assert.All(blocks, block => Assert.Contains(block.Groups[1].Value, sample, StringComparison.Ordinal));
    }

    private static string Text(string path) => File.ReadAllText(path).ReplaceLineEndings("\n");

    private static MachineProviderRegistry Load()
    {
        var registry = new MachineProviderRegistry();
        Assert.Equal([Type], registry.Load(Path.Combine(AppContext.BaseDirectory, "NodeManager.SampleProvider.dll")));
        return registry;
    }

    private static MachineProviderSettings Settings(string? folder, string owner) =>
        new(
            "files",
            "default",
            JsonSerializer.SerializeToElement(
                folder is null ? new() : new Dictionary<string, object> { ["additionalSettings"] = new { folder = new { path = folder } } }
            ),
            new(new Dictionary<string, string> { ["TOKEN"] = "t" })
        )
        {
            Owner = owner,
        };
}
