using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Errors;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>A spec that breaks one rule of the definitions, and what the refusal says.</summary>
/// <param name="Plural">Of the kind.</param>
/// <param name="Spec">The spec's JSON, with the fault in it.</param>
/// <param name="Message">A part of the rule's message, the server's and ours.</param>
/// <param name="IsSchema">True where servers without CEL refuse it too.</param>
internal sealed record BrokenRule(string Plural, string Spec, string Message, bool IsSchema = false)
{
    private const string Limits = """ "limits":{"minNodes":0,"maxNodes":5,"cpuCores":0,"memoryMiB":0} """;

    public static IReadOnlyList<BrokenRule> All { get; } =
    [
        new("nodesmithclaims", """{"poolRef":"p","requirements":{"cpuCores":0}}""", "cpuCores must be positive"),
        new("nodesmithclaims", """{"poolRef":"p","requirements":{"memoryMiB":-1}}""", "memoryMiB must be positive"),
        new("nodesmithclaims", """{"poolRef":"p","terminationGracePeriod":"-5m"}""", "must be a duration"),
        new("nodesmithclaims", """{"poolRef":""}""", "", IsSchema: true),
        Pool("""{"minNodes":-1,"maxNodes":0,"cpuCores":0,"memoryMiB":0}""", "minNodes must be non-negative"),
        Pool("""{"minNodes":3,"maxNodes":2,"cpuCores":0,"memoryMiB":0}""", "maxNodes must be zero (unlimited) or >= minNodes"),
        Pool("""{"minNodes":0,"maxNodes":2,"cpuCores":-4,"memoryMiB":0}""", "cpuCores must be zero (unlimited) or positive"),
        Pool("""{"minNodes":0,"maxNodes":2,"cpuCores":0,"memoryMiB":-1}""", "memoryMiB must be zero (unlimited) or positive"),
        PoolWith(""" "nodeCount":6 """, "nodeCount must be between limits.minNodes and limits.maxNodes"),
        PoolWith(""" "registrationTimeout":"0s" """, "must be a duration"),
        PoolWith(""" "scaleUp":{"stabilizationWindow":"-1s"} """, "must be a duration"),
        PoolWith(""" "scaleDown":{"stabilizationWindow":"-1s"} """, "must be a duration"),
        PoolWith(""" "scaleDown":{"budgets":[{"nodes":"1","schedule":"@daily"}]} """, "schedule and duration must be set together"),
        PoolWith(""" "scaleDown":{"budgets":[{"nodes":"1","duration":"1h"}]} """, "schedule and duration must be set together"),
        PoolWith(""" "scaleDown":{"budgets":[{"nodes":"101%"}]} """, "", isSchema: true),
        PoolWith(""" "scaleDown":{"consolidation":{"mode":"Always"}} """, "", isSchema: true),
        PoolWith(""" "headroom":{"cpuCores":-1} """, "", isSchema: true),
        TemplateWith(""" "taints":[{"key":"a","effect":"Never"}] """, "", isSchema: true),
        TemplateWith(""" "terminationGracePeriod":"-1h" """, "must be a duration"),
        TemplateWith(""" "minimum":{"cpuCores":0} """, "", isSchema: true),
        TemplateWith(
            """ "shapes":[{"name":"a","cpuCores":1,"memoryMiB":1},{"name":"a","cpuCores":2,"memoryMiB":2}] """,
            "",
            isSchema: true
        ),
        new("nodesmithproviders", """{"type":"what ever"}""", "type must be a qualified name"),
        new("nodesmithproviders", """{"type":"a/b/c"}""", "type must be a qualified name"),
        new("nodesmithproviders", """{"type":"proxmox"}""", "proxmox field required when type is 'proxmox'"),
        Proxmox(""" "endpoint":"ftp://10.0.0.1" """, "endpoint must be a valid HTTP/HTTPS URL"),
        Proxmox(""" "endpoint":"https://a","vmMemOverheadMiB":-1 """, "vmMemOverheadMiB must be non-negative"),
        Proxmox(""" "endpoint":"https://a","vmIDRange":{"lower":99,"upper":200} """, "lower must be >= 100"),
        Proxmox(""" "endpoint":"https://a","vmIDRange":{"lower":100,"upper":1000000000} """, "upper must be <= 999999999"),
        Proxmox(""" "endpoint":"https://a","vmIDRange":{"lower":200,"upper":199} """, "upper must be >= lower"),
        Proxmox(""" "endpoint":"https://a","taskTimeout":"0s" """, "must be a duration"),
        Proxmox(""" "endpoint":"https://a","cpuOvercommit":0 """, "", isSchema: true),
        Redfish(""" "systems":[{"name":"a","endpoint":"10.0.0.7"}] """, "endpoint must be a valid HTTP/HTTPS URL"),
        Redfish(""" "systems":[],"powerTimeout":"0s" """, "must be a duration"),
        Redfish(""" "systems":[{"name":"a","endpoint":"https://a"},{"name":"a","endpoint":"https://b"}] """, "", isSchema: true),
        Redfish(""" "systems":[],"bootTarget":"UefiHttp","httpBootURI":"tftp://boot" """, "must be an HTTP/HTTPS URL"),
        Redfish(""" "systems":[],"bootTarget":"Floppy" """, "", isSchema: true),
        new("nodesmithproviders", """{"type":"simulated","simulated":{"bootDelay":"-1s"}}""", "must be a duration"),
        ClusterApi(""" "owners":[{"kind":"MachinePool","name":"a"}] """, "", isSchema: true),
        ClusterApi(""" "owners":[] """, "", isSchema: true),
        ClusterApi(""" "owners":[{"kind":"MachineSet","name":"a"}],"waitTimeout":"0s" """, "must be a duration"),
        new("nodesmithproviders", """{"type":"webhook","webhook":{"endpoint":"ftp://a"}}""", "endpoint must be a valid HTTP/HTTPS URL"),
        new("nodesmithproviders", """{"type":"webhook","webhook":{"endpoint":"https://a","timeout":"0s"}}""", "must be a duration"),
    ];

    /// <summary>What our own rules say.</summary>
    public IReadOnlyList<FieldProblem> Judge()
    {
        string json = new JsonObject { ["spec"] = JsonNode.Parse(Spec) }.ToJsonString();
        return Plural switch
        {
            "nodesmithclaims" => NodeSmithRules.Check(JsonSerializer.Deserialize(json, NodeSmithJson.Default.NodeSmithClaim)!),
            "nodesmithpools" => NodeSmithRules.Check(JsonSerializer.Deserialize(json, NodeSmithJson.Default.NodeSmithPool)!),
            _ => NodeSmithRules.Check(JsonSerializer.Deserialize(json, NodeSmithJson.Default.NodeSmithProvider)!),
        };
    }

    public string Kind =>
        Plural switch
        {
            "nodesmithclaims" => "NodeSmithClaim",
            "nodesmithpools" => "NodeSmithPool",
            _ => "NodeSmithProvider",
        };

    private static BrokenRule Pool(string limits, string message) =>
        new("nodesmithpools", $$"""{"providerRef":"a","machineTemplate":{},"limits":{{limits}}}""", message);

    private static BrokenRule PoolWith(string field, string message, bool isSchema = false) =>
        new("nodesmithpools", $$"""{"providerRef":"a","machineTemplate":{},{{Limits}},{{field}}}""", message, isSchema);

    private static BrokenRule TemplateWith(string field, string message, bool isSchema = false) =>
        new("nodesmithpools", $$"""{"providerRef":"a","machineTemplate":{ {{field}} },{{Limits}}}""", message, isSchema);

    private static BrokenRule Proxmox(string fields, string message, bool isSchema = false) =>
        new("nodesmithproviders", $$"""{"type":"proxmox","proxmox":{ {{fields}} } }""", message, isSchema);

    private static BrokenRule Redfish(string fields, string message, bool isSchema = false) =>
        new("nodesmithproviders", $$"""{"type":"redfish","redfish":{ {{fields}} } }""", message, isSchema);

    private static BrokenRule ClusterApi(string fields, string message, bool isSchema = false) =>
        new("nodesmithproviders", $$"""{"type":"clusterapi","clusterapi":{"namespace":"capi",{{fields}} } }""", message, isSchema);
}
