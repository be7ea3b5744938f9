using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Errors;
using NodeManager.Core.Tests.Autoscaling.Planning;

namespace NodeManager.Core.Tests.Autoscaling;

/// <summary>Rules that no schema expresses. Those that the definitions have are in the conformance suite, held against the server.</summary>
public sealed class NodeSmithRulesTests
{
    [Theory]
    [InlineData("""{"nodeWhitelist":["a"],"managedNodeTag":"kubenodesmith-managed"}""", null)]
    [InlineData("""{"networkInterfaces":[{"name":"net0","model":"virtio","bridge":"vmbr0","vlanTag":20,"macPrefix":"02:00:00"}]}""", null)]
    [InlineData("""{"managedNodeTag":"Upper"}""", "Proxmox tag")]
    [InlineData("""{"networkInterfaces":[{"name":"eth0","model":"virtio","bridge":"vmbr0"}]}""", "net0 to net31")]
    [InlineData("""{"networkInterfaces":[{"name":"net0","model":"virtio","bridge":"vmbr0","vlanTag":4095}]}""", "1 to 4094")]
    [InlineData("""{"networkInterfaces":[{"name":"net0","model":"virtio","bridge":"vmbr0","macPrefix":"01:00"}]}""", "unicast")]
    [InlineData("""{"networkInterfaces":[{"name":"net0","model":"virtio","bridge":"vmbr0,tag=1"}]}""", "comma")]
    [InlineData("""{"vmOptions":[{"name":"description","value":"x"}]}""", "set by the provider")]
    [InlineData("""{"vmOptions":[{"name":"cpu","value":{"a":1}}]}""", "a text, a number or a boolean")]
    [InlineData("""{"caBundle":"%%%"}""", "base64")]
    [InlineData("""{"taintsInSmbios":true,"vmOptions":[{"name":"cpu","value":"host"}]}""", null)]
    [InlineData("""{"vmOptions":[{"name":"smbios1","value":"serial=1"}]}""", null)]
    [InlineData("""{"taintsInSmbios":true,"vmOptions":[{"name":"smbios1","value":"serial=1"}]}""", "taintsInSmbios")]
    [InlineData("""{"endpoint":"https://user:secret@host"}""", "HTTP/HTTPS URL")]
    public void Proxmox_fields_are_checked(string fields, string? message)
    {
        JsonObject proxmox = JsonNode.Parse(fields)!.AsObject();
        proxmox["endpoint"] ??= "https://a:8006";
        IReadOnlyList<FieldProblem> problems = Check($$"""{"type":"proxmox","proxmox":{{proxmox.ToJsonString()}} }""");
        if (message is null)
            Assert.Empty(problems);
        else
            Assert.Contains(message, Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        """{"bootTarget":"UefiHttp","httpBootURI":"http://boot.example.com/{name}.ipxe?taints={taints}&labels={labels}&claim={claim}&pool={pool}"}""",
        null
    )]
    [InlineData("""{"httpBootURI":"http://boot.example.com/"}""", "UefiHttp")]
    [InlineData("""{"bootTarget":"Pxe","httpBootURI":"http://boot.example.com/"}""", "UefiHttp")]
    [InlineData("""{"bootTarget":"UefiHttp","httpBootURI":"http://boot.example.com/{taint}"}""", "are replaced")]
    [InlineData("""{"bootTarget":"UefiHttp","httpBootURI":"tftp://boot.example.com/"}""", "HTTP/HTTPS URL")]
    public void Redfish_fields_are_checked(string fields, string? message)
    {
        IReadOnlyList<FieldProblem> problems = Check($$"""{"type":"redfish","redfish":{{fields}} }""");
        if (message is null)
            Assert.Empty(problems);
        else
            Assert.Contains(message, Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_section_of_another_type_is_checked_too()
    {
        FieldProblem problem = Assert.Single(Check("""{"type":"example.com/cloud","simulated":{"maxMachines":-1},"cloud":{"a":1}}"""));

        Assert.Equal("spec.simulated.maxMachines: must be non-negative", problem.ToString());
    }

    private static IReadOnlyList<FieldProblem> Check(string spec) => NodeSmithRules.Check(new NodeSmithProvider { Spec = Plan.Spec(spec) });

    [Theory]
    [InlineData("""{"labels":{"node-role.kubernetes.io/worker":""}}""", null)]
    [InlineData("""{"labels":{"-":"x"}}""", "name part must consist")]
    [InlineData("""{"labels":{"a":"not ok"}}""", "valid label")]
    [InlineData("""{"taints":[{"key":"a","effect":"NoSchedule"},{"key":"a","effect":"NoSchedule"}]}""", "unique")]
    [InlineData("""{"startupTaints":[{"key":"a b","effect":"NoSchedule"}]}""", "name part must consist")]
    public void Template_fields_are_checked(string fields, string? message)
    {
        NodeSmithMachineTemplate template = JsonSerializer.Deserialize(fields, NodeSmithJson.Default.NodeSmithMachineTemplate)!;
        IReadOnlyList<FieldProblem> problems = NodeSmithRules.Check(
            new NodeSmithPool
            {
                Spec = new() { ProviderRef = "p", MachineTemplate = template },
            }
        );
        if (message is null)
            Assert.Empty(problems);
        else
            Assert.Contains(message, Assert.Single(problems).Message, StringComparison.Ordinal);
    }
}
