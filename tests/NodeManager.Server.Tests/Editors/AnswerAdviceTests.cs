using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NodeManager.Server.Nodes;
using NodeManager.Server.Responses;
using NodeManager.Testing;

namespace NodeManager.Server.Tests.Editors;

/// <summary>Answers give no advice that their readers cannot follow: cmdlets and their parameters.</summary>
public sealed partial class AnswerAdviceTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    [Theory]
    [InlineData("List the nodes with Get-ClusterNode.", null)]
    [InlineData("To change it, use -Overwrite.", null)]
    [InlineData("Choose another path, or use -Force.", "Choose another path.")]
    [InlineData("Change it with Set-NodePool, or choose another name.", "Choose another name.")]
    [InlineData("Correct the fields. Test-NodePool checks a specification without sending it.", "Correct the fields.")]
    [InlineData(
        "Unmanaged pod: no controller will recreate it. To evict it anyway, use -DeleteUnmanagedPod.",
        "Unmanaged pod: no controller will recreate it. To evict it anyway, use delete_unmanaged_pods."
    )]
    [InlineData(
        "Check the conditions of the node, or wait longer with -Timeout.",
        "Check the conditions of the node, or wait longer with timeout_seconds."
    )]
    [InlineData(
        "Scale its workload to 3 replicas or more, or lower minAvailable to 1. Or drain with surge, if the Deployment's maxSurge is 1 or more.",
        "Scale its workload to 3 replicas or more, or lower minAvailable to 1. Or drain with surge, if the Deployment's maxSurge is 1 or more."
    )]
    [InlineData("Wait, or use -SurgeTimeout or -ForceStuck.", "Wait.")]
    [InlineData("Use -WaitForJob.", "Use wait_for_job_seconds.")]
    [InlineData("Run the command again.", "Try again.")]
    [InlineData("Send the header X-Confirm-Cluster, and honour Retry-After.", "Send the header X-Confirm-Cluster, and honour Retry-After.")]
    [InlineData("Node worker-1A has 2 pods (a-B).", "Node worker-1A has 2 pods (a-B).")]
    [InlineData("", null)]
    public void Advice_is_what_can_be_followed(string advice, string? shown) => Assert.Equal(shown, AnswerAdvice.Of(advice));

    [Fact]
    public void A_text_keeps_what_it_states() =>
        Assert.Equal("Stop-NodePoolUpdate ended it.", AnswerAdvice.In("Stop-NodePoolUpdate ended it."));

    [Fact]
    public void No_advice_of_the_domain_names_a_cmdlet_or_a_parameter()
    {
        List<string> wrong = [];
        foreach (
            string file in Directory.EnumerateFiles(
                Path.Combine(RepositoryFolder.Path, "src", "domain"),
                "*.cs",
                SearchOption.AllDirectories
            )
        )
        {
            if (file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
                continue;
            foreach (Match literal in Literal().Matches(File.ReadAllText(file)))
                if (AnswerAdvice.Of(literal.Groups[1].Value) is { } shown && Foreign().IsMatch(shown))
                    wrong.Add($"{Path.GetFileName(file)}: {shown}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Plans_of_drains_name_no_cmdlet_and_no_parameter()
    {
        JsonArray nodes = (await server.Client.GetFromJsonAsync<JsonArray>(NodeRoutes.Prefix + "/nodes"))!;
        List<string> texts = [];
        foreach (JsonNode? node in nodes)
            texts.Add(await server.Client.GetStringAsync($"{NodeRoutes.Prefix}/nodes/{node!["name"]}/drain-plan"));
        using HttpResponseMessage refused = await server.Client.PostAsJsonAsync($"{NodeRoutes.Prefix}/nodes/none/drain", new { });
        texts.Add(await refused.Content.ReadAsStringAsync());

        Assert.All(texts, static text => Assert.DoesNotMatch(Foreign(), text));
    }

    [GeneratedRegex("\"((?:[^\"\\\\\\r\\n]|\\\\.)*)\"")]
    private static partial Regex Literal();

    [GeneratedRegex(
        @"\b(?:Get|Set|New|Remove|Invoke|Test|Update|Restore|Resume|Suspend|Install|Start|Stop|Wait|Repair|Connect|Resize|Unregister|Backup|Enable|Disable|Export|Select|Show|Restart|Compare|Clear)-[A-Z]\w+|(?<![\w-])-[A-Z][a-z]\w+"
    )]
    private static partial Regex Foreign();
}
