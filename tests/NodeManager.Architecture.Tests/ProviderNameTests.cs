using System.Text.RegularExpressions;
using NodeManager.Architecture.Tests.Documents;

namespace NodeManager.Architecture.Tests;

/// <summary>No project of the domain names a provider of machines: what concerns one type is in its folder of NodeManager.Providers.</summary>
public sealed class ProviderNameTests
{
    /// <summary>The rule of the CustomResourceDefinition, in its words.</summary>
    private const string Rule = "\"type must be a qualified name such as proxmox, redfish or example.com/cloud\"";

    [Fact]
    public void No_file_of_the_domain_names_a_provider()
    {
        (string Name, string Text)[] files =
        [
            .. Repository
                .Files(".cs")
                .Select(static file => (Name: Repository.NameOf(file), File: file))
                .Where(static one => one.Name.StartsWith("src/domain/", StringComparison.Ordinal))
                .Select(static one => (one.Name, File.ReadAllText(one.File))),
        ];

        Assert.Single(files, static one => one.Text.Contains(Rule, StringComparison.Ordinal));
        Assert.Empty(
            files
                .Where(static one =>
                    Regex.IsMatch(one.Text.Replace(Rule, "", StringComparison.Ordinal), "proxmox|redfish", RegexOptions.IgnoreCase)
                )
                .Select(static one => one.Name)
        );
    }
}
