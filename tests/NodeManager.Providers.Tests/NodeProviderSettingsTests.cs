namespace NodeManager.Providers.Tests;

/// <summary>Parameters become a spec, in the order that the resource's documentation has.</summary>
public sealed class NodeProviderSettingsTests
{
    [Fact]
    public void Each_parameter_sets_its_field()
    {
        NodeProviderSettings settings = new()
        {
            Type = "proxmox",
            SecretName = "pve",
            AdditionalSettings = new Dictionary<string, object?> { ["a"] = new Dictionary<string, object?> { ["b"] = 1.5 } },
            Values = new Dictionary<string, object?>
            {
                ["Endpoint"] = "https://pve:8006",
                ["NodeWhitelist"] = new[] { "a", "b" },
                ["VmIdRange"] = "1250 - 1300",
                ["VmMemOverheadMiB"] = 2048L,
                ["NetworkInterface"] = new[]
                {
                    new Dictionary<string, object?>
                    {
                        ["mtu"] = 1,
                        ["vlanTag"] = 20,
                        ["name"] = "net0",
                    },
                },
                ["VmOption"] = new Dictionary<string, object?> { ["sockets"] = 1, ["agent"] = true },
                ["CaBundlePath"] = "PEM",
                ["SkipCertificateCheck"] = false,
                ["TaskTimeout"] = TimeSpan.FromSeconds(90),
                ["CpuOvercommit"] = null,
                ["NodeZone"] = new Dictionary<string, object?> { ["a"] = "east" },
                ["TemplateId"] = 9000L,
                ["LinkedClone"] = true,
                ["Storage"] = "zfs",
                ["TaintsInSmbios"] = true,
                ["ManagedTag"] = "mine",
                ["AllowUnencryptedAuthentication"] = true,
                ["ResourcePool"] = "k8s",
            },
        };

        Assert.Equal(
            """{"type":"proxmox","credentialsSecretRef":{"name":"pve"},"additionalSettings":{"a":{"b":1.5}},"proxmox":{"endpoint":"https://pve:8006","nodeWhitelist":["a","b"],"vmIDRange":{"lower":1250,"upper":1300},"managedNodeTag":"mine","vmMemOverheadMiB":2048,"networkInterfaces":[{"name":"net0","vlanTag":20,"mtu":1}],"vmOptions":[{"name":"agent","value":true},{"name":"sockets","value":1}],"caBundle":"UEVN","insecureSkipTLSVerify":false,"allowUnencryptedAuthentication":true,"taskTimeout":"1m30s","resourcePool":"k8s","nodeZones":{"a":"east"},"template":{"vmID":9000,"full":false,"storage":"zfs"},"taintsInSmbios":true}}""",
            settings.ToSpec("proxmox").ToJsonString()
        );
    }

    [Theory]
    [InlineData("redfish", "ManagedTag", "x", """{"redfish":{"managedTag":"x"}}""")]
    [InlineData("redfish", "HttpBootUri", "http://a", """{"redfish":{"httpBootURI":"http://a"}}""")]
    [InlineData("simulated", "MaxMachines", 3, """{"simulated":{"maxMachines":3}}""")]
    [InlineData("simulated", null, null, """{"simulated":{}}""")]
    [InlineData("redfish", null, null, "{}")]
    [InlineData("example.com/cloud", null, null, "{}")]
    public void A_parameter_is_named_as_its_type_names_it(string type, string? parameter, object? value, string expected)
    {
        NodeProviderSettings settings = new()
        {
            Values = parameter is null ? new Dictionary<string, object?>() : new Dictionary<string, object?> { [parameter] = value },
        };

        Assert.Equal(expected, settings.ToSpec(type).ToJsonString());
    }

    [Fact]
    public void The_table_of_a_server_can_refer_to_its_Secret()
    {
        Dictionary<string, object?> server = new()
        {
            ["SecretName"] = "bmc",
            ["name"] = "a",
            ["secretNamespace"] = "metal",
        };
        NodeProviderSettings settings = new() { Values = new Dictionary<string, object?> { ["System"] = new[] { server } } };

        Assert.Equal(
            """{"redfish":{"systems":[{"name":"a","credentialsSecretRef":{"name":"bmc","namespace":"metal"}}]}}""",
            settings.ToSpec("redfish").ToJsonString()
        );
    }

    [Theory]
    [InlineData("redfish", "Endpoint", "Parameter -Endpoint applies to providers of type proxmox or webhook, not of type 'redfish'.")]
    [InlineData(
        "simulated",
        "ManagedTag",
        "Parameter -ManagedTag applies to providers of type proxmox or redfish, not of type 'simulated'."
    )]
    [InlineData(
        "example.com/cloud",
        "Zone",
        "Parameter -Zone applies to providers of type simulated or webhook, not of type 'example.com/cloud'."
    )]
    [InlineData("Proxmox", "Storage", "Parameter -Storage applies to providers of type proxmox, not of type 'Proxmox'.")]
    public void A_parameter_of_another_type_is_refused(string type, string parameter, string message)
    {
        NodeProviderSettings settings = new() { Values = new Dictionary<string, object?> { [parameter] = "x" } };

        NodeManagerException refused = Assert.Throws<NodeManagerException>(() => settings.ToSpec(type));
        Assert.Equal((ErrorIds.Invalid, message), (refused.ErrorId, refused.Message));
    }
}
