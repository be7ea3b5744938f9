using System.Text.Json;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Providers.ClusterApi;

namespace NodeManager.Providers.Tests.ClusterApi;

public sealed class ClusterApiSettingsTests
{
    private const string Cluster = "clusters: [{name: c, cluster: {server: 'https://10.0.0.1:6443'}}]";
    private const string Context = "current-context: c\ncontexts: [{name: c, context: {cluster: c, user: u}}]";

    [Theory]
    [InlineData("""{"namespace":"capi","owners":[{"kind":"MachineDeployment","name":"md"}]}""", "")]
    [InlineData("""{"namespace":"capi","owners":[{"kind":"MachineSet","name":"ms","shape":"large","zone":"a"}],"waitTimeout":"2m"}""", "")]
    [InlineData(
        """{"namespace":"capi","owners":[{"kind":"MachinePool","name":"mp"}]}""",
        "a MachinePool decides itself which machine is removed"
    )]
    [InlineData("""{"namespace":"capi","owners":[]}""", "at least one MachineDeployment or MachineSet")]
    [InlineData("""{"owners":[{"kind":"MachineSet","name":"ms"}]}""", "spec.clusterapi.namespace")]
    [InlineData("""{"namespace":"capi","owners":[{"kind":"MachineSet","name":"a"},{"kind":"MachineSet","name":"a"}]}""", "must be unique")]
    [InlineData("""{"namespace":"capi","owners":[{"kind":"MachineSet","name":"a"}],"waitTimeout":"0s"}""", "above 0")]
    public void Rules(string section, string problem)
    {
        string text = string.Join("; ", new ClusterApiProviderFactory().Check(JsonElement.Parse($$"""{"clusterapi":{{section}}}""")));

        if (problem.Length == 0)
            Assert.Equal("", text);
        else
            Assert.Contains(problem, text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_management_cluster_comes_from_the_kubeconfig_of_the_Secret()
    {
        using IMachineProvider provider = new ClusterApiProviderFactory().Create(
            Settings($"{Cluster}\n{Context}\nusers: [{{name: u, user: {{token: abcdef}}}}]")
        );
        Assert.IsType<ClusterApiProvider>(provider);
    }

    [Theory]
    [InlineData("exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/sh}")]
    [InlineData("tokenFile: /etc/passwd")]
    [InlineData("client-certificate: /etc/passwd")]
    [InlineData("client-key: /etc/passwd")]
    [InlineData("auth-provider: {name: gcp}")]
    public void A_kubeconfig_of_a_Secret_names_neither_files_nor_commands(string user)
    {
        string wrong = Assert.Single(
            new ClusterApiProviderFactory().Validate(Settings($"{Cluster}\n{Context}\nusers: [{{name: u, user: {{{user}}}}}]"))
        );
        Assert.Contains("only data in the kubeconfig itself is used", wrong, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_authority_in_a_file_is_refused() =>
        Assert.Throws<NodeManagerException>(static () =>
            Kubeconfig.Parse($"{Cluster.Replace("{server", "{certificate-authority: /etc/passwd, server")}\n{Context}", "the Secret")
        );

    private static MachineProviderSettings Settings(string kubeconfig) =>
        new(
            "capi",
            "ns",
            JsonElement.Parse(
                """{"credentialsSecretRef":{"name":"m"},"clusterapi":{"namespace":"capi","owners":[{"kind":"MachineSet","name":"ms"}]}}"""
            ),
            new(new Dictionary<string, string> { ["kubeconfig"] = kubeconfig })
        );
}
