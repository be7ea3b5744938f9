using System.Text.RegularExpressions;
using NodeManager.Core.Errors;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Validation;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Redfish;

/// <summary>The rules of <c>spec.redfish</c>.</summary>
internal static partial class RedfishRules
{
    public static void Check(FieldProblems problems, RedfishProviderSpec redfish)
    {
        const string path = "spec.redfish";
        problems.AddDuration($"{path}.powerTimeout", redfish.PowerTimeout, isPositive: true);
        problems.Add(
            $"{path}.bootTarget",
            redfish.BootTarget is not (null or "None" or "Pxe" or "Hdd" or "UefiHttp" or "Cd"),
            "must be None, Pxe, Hdd, UefiHttp or Cd"
        );
        problems.Add($"{path}.bootMode", redfish.BootMode is not (null or "UEFI" or "Legacy"), "must be UEFI or Legacy");
        CheckBootUri(problems, redfish);
        problems.Add(
            $"{path}.managedTag",
            redfish.ManagedTag is { } tag && !AssetTag().IsMatch(tag),
            "must be at most 24 letters, digits, '-', '_' and '.'"
        );
        ProviderSpecs.CheckCertificates(problems, path, redfish.CaBundle);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (RedfishSystem system in redfish.Systems)
        {
            problems.Add($"{path}.systems.name", KubernetesNames.CheckLabel(system.Name));
            problems.Add($"{path}.systems", !names.Add(system.Name), $"the name '{system.Name}' must be unique");
            ProviderSpecs.CheckEndpoint(problems, $"{path}.systems", system.Endpoint);
            problems.Add($"{path}.systems", system.CpuCores < 1 || system.MemoryMiB < 1, "cpuCores and memoryMiB must be at least 1");
        }
    }

    private static void CheckBootUri(FieldProblems problems, RedfishProviderSpec redfish)
    {
        const string path = "spec.redfish.httpBootURI";
        if (redfish.HttpBootURI is not { } template)
            return;
        problems.Add(path, redfish.BootTarget != "UefiHttp", "needs bootTarget UefiHttp");
        string filled = BootPlaceholder().Replace(template, "x");
        problems.Add(
            path,
            filled.AsSpan().IndexOfAny('{', '}') >= 0
                || !(Uri.TryCreate(filled, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"),
            "must be an HTTP/HTTPS URL; {name}, {claim}, {pool}, {taints} and {labels} are replaced"
        );
    }

    /// <summary>The placeholders in <c>spec.redfish.httpBootURI</c>.</summary>
    /// <summary>The address with the boot server's parameters, from which it renders arguments of kernel or kubelet.</summary>
    /// <param name="template">Null: none.</param>
    public static string? BootUri(string? template, MachineRequest request, string server) =>
        template is null
            ? null
            : BootPlaceholder()
                .Replace(
                    template,
                    found =>
                        Uri.EscapeDataString(
                            found.Groups[1].Value switch
                            {
                                "name" => server,
                                "claim" => request.ClaimUid,
                                "pool" => request.Pool,
                                "taints" => string.Join(',', request.Taints),
                                _ => string.Join(
                                    ',',
                                    request
                                        .Labels.OrderBy(static one => one.Key, StringComparer.Ordinal)
                                        .Select(static one => $"{one.Key}={one.Value}")
                                ),
                            }
                        )
                );

    [GeneratedRegex("[{](name|claim|pool|taints|labels)[}]")]
    public static partial Regex BootPlaceholder();

    [GeneratedRegex("^[A-Za-z0-9][-A-Za-z0-9_.]{0,23}$")]
    private static partial Regex AssetTag();
}
