using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Yaml;

namespace NodeManager.Architecture.Tests.Documents;

/// <summary>The kustomizations of <c>deploy</c>, which <c>kubectl apply -k</c> reads.</summary>
public sealed class KustomizationTests
{
    private const string Name = "kustomization.yaml";

    // Root on every node: never part of another installation.
    private const string NodeShell = "node-shell.yaml";

    private static readonly string Deploy = Path.Combine(Repository.Root, "deploy");

    [Fact]
    public void Each_manifest_but_that_of_the_node_shell_belongs_to_one_kustomization()
    {
        string[] kustomizations = Directory.GetFiles(Deploy, Name, SearchOption.AllDirectories);
        string[] listed =
        [
            .. kustomizations.SelectMany(Resources).Where(static path => !Directory.Exists(path)).Order(StringComparer.Ordinal),
        ];
        string[] manifests =
        [
            .. Directory
                .GetFiles(Deploy, "*.yaml", SearchOption.AllDirectories)
                .Where(static path => Path.GetFileName(path) is not (Name or NodeShell))
                .Order(StringComparer.Ordinal),
        ];

        Assert.NotEmpty(manifests);
        Assert.Equal(manifests, listed);
    }

    [Fact]
    public void A_resource_is_a_file_of_the_folder_or_a_folder_with_a_kustomization()
    {
        foreach (string kustomization in Directory.GetFiles(Deploy, Name, SearchOption.AllDirectories))
        {
            JsonObject document = Read(kustomization);
            // Others mean something else in another version of kubectl, or change the files that documents describe.
            Assert.Equal(["apiVersion", "kind", "resources"], document.Select(static one => one.Key));
            Assert.Equal(
                ("kustomize.config.k8s.io/v1beta1", "Kustomization"),
                ((string?)document["apiVersion"], (string?)document["kind"])
            );
            foreach (string path in Resources(kustomization))
            {
                bool isBase = File.Exists(Path.Combine(path, Name));
                // Kustomize reads no file outside of the folder.
                bool isBeside = File.Exists(path) && Path.GetDirectoryName(path) == Path.GetDirectoryName(kustomization);
                Assert.True(isBase || isBeside, $"{kustomization}: {path}");
            }
        }
    }

    private static JsonObject Read(string path) => YamlJsonReader.Read(File.ReadAllText(path)).Root!.AsObject();

    private static IEnumerable<string> Resources(string kustomization) =>
        Read(kustomization)["resources"]!
            .AsArray()
            .Select(one => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(kustomization)!, (string)one!)));
}
