using System.Text.Json;
using NodeManager.Core.Machines;

[assembly: MachineProvider(typeof(NodeManager.Core.Tests.Machines.MachineProviderRegistryTests.SampleFactory))]

namespace NodeManager.Core.Tests.Machines;

public sealed class MachineProviderRegistryTests
{
    [Fact]
    public void An_assembly_registers_its_providers_and_can_be_added_twice()
    {
        var registry = new MachineProviderRegistry();
        Assert.Equal(["example.com/sample"], registry.Add(typeof(SampleFactory).Assembly));
        Assert.Equal(["example.com/sample"], registry.Load(typeof(SampleFactory).Assembly.Location));
        Assert.Equal(["example.com/sample"], registry.Types);
        Assert.NotNull(registry.Find("example.com/sample"));
    }

    [Fact]
    public void The_first_registration_of_a_type_wins()
    {
        var registry = new MachineProviderRegistry();
        registry.Add(new SampleFactory());
        Assert.Equal(
            ErrorIds.AlreadyExists,
            Assert.Throws<NodeManagerException>(() => registry.Add(new OtherFactory("example.com/sample"))).ErrorId
        );
        Assert.Equal(ErrorIds.Invalid, Assert.Throws<NodeManagerException>(() => registry.Add(new OtherFactory("not a name"))).ErrorId);
        Assert.Equal(
            ErrorIds.ProviderAssemblyInvalid,
            Assert.Throws<NodeManagerException>(() => registry.Add(typeof(string).Assembly)).ErrorId
        );
        Assert.Equal(ErrorIds.ProviderAssemblyInvalid, Assert.Throws<NodeManagerException>(() => registry.Load("/no/such.dll")).ErrorId);
    }

    [Fact]
    public void Unknown_types_and_invalid_settings_are_reported_before_connecting()
    {
        var registry = new MachineProviderRegistry();
        registry.Add(new SampleFactory());
        MachineProviderSettings settings = new("p", "n", JsonDocument.Parse("{}").RootElement, MachineCredentials.None);
        Assert.Contains(
            "example.com/sample",
            Assert.Throws<NodeManagerException>(() => registry.Create("other", settings)).RecommendedAction,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "spec.x must be set.",
            Assert.Throws<NodeManagerException>(() => registry.Create("example.com/sample", settings)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Credentials_are_not_printed()
    {
        var credentials = new MachineCredentials(new Dictionary<string, string> { ["TOKEN"] = "s3cr3t-value\n" });
        Assert.Equal("s3cr3t-value", credentials.Find("TOKEN"));
        Assert.Equal("credentials (TOKEN)", credentials.ToString());
        Assert.Equal("refused: ***", credentials.Redact("refused: s3cr3t-value"));
        Assert.DoesNotContain("s3cr3t", JsonSerializer.Serialize(credentials), StringComparison.Ordinal);
    }

    [Fact]
    public void Deferred_types_are_added_at_the_first_use()
    {
        var registry = new MachineProviderRegistry();
        int loads = 0;
        registry.AddOnFirstUse(() =>
        {
            loads++;
            return typeof(MachineProviderRegistryTests).Assembly;
        });

        Assert.Equal(0, loads);
        Assert.NotNull(registry.Find(new SampleFactory().Type));
        Assert.Single(registry.Types);
        Assert.Equal(1, loads);
    }

    public sealed class SampleFactory : IMachineProviderFactory
    {
        public string Type => "example.com/sample";

        public IReadOnlyList<string> Validate(MachineProviderSettings settings) => ["spec.x must be set."];

        public IMachineProvider Create(MachineProviderSettings settings) => throw new NotSupportedException();
    }

    private sealed class OtherFactory(string type) : IMachineProviderFactory
    {
        public string Type => type;

        public IReadOnlyList<string> Validate(MachineProviderSettings settings) => [];

        public IMachineProvider Create(MachineProviderSettings settings) => throw new NotSupportedException();
    }
}
