using System.Text.Json;
using NodeManager.Core.Errors;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Kubernetes.Validation;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.ClusterApi;

internal sealed class ClusterApiProviderFactory : IMachineProviderFactory
{
    /// <summary>The key of its Secret, with a kubeconfig of the management cluster.</summary>
    public const string Kubeconfig = "kubeconfig";

    public string Type => "clusterapi";

    /// <summary>Without a Secret, the management cluster is the connected one.</summary>
    public IReadOnlyList<MachineSecret> GetSecrets(JsonElement spec) => MachineSecret.Find(spec, Kubeconfig) is { } secret ? [secret] : [];

    public IReadOnlyList<FieldProblem> Check(JsonElement spec) =>
        Check(ProviderSpecs.Read(spec, ClusterApiSpecJson.Default.ClusterApiPart).ClusterApi);

    private static IReadOnlyList<FieldProblem> Check(ClusterApiProviderSpec? spec)
    {
        var problems = new FieldProblems();
        if (spec is null)
            return [];
        const string path = "spec.clusterapi";
        problems.Add($"{path}.namespace", KubernetesNames.CheckLabel(spec.Namespace));
        problems.AddDuration($"{path}.waitTimeout", spec.WaitTimeout, isPositive: true);
        problems.Add($"{path}.owners", spec.Owners.Count == 0, "must name at least one MachineDeployment or MachineSet");
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (MachineOwnerReference owner in spec.Owners)
        {
            problems.Add(
                $"{path}.owners.kind",
                owner.Kind is not (ClusterApiKinds.MachineDeployment or ClusterApiKinds.MachineSet),
                owner.Kind == "MachinePool"
                    ? "must be MachineDeployment or MachineSet: a MachinePool decides itself which machine is removed"
                    : "must be MachineDeployment or MachineSet"
            );
            problems.Add($"{path}.owners.name", KubernetesNames.CheckSubdomain(owner.Name));
            problems.Add($"{path}.owners", !known.Add(owner.ToString()), $"{owner} must be unique");
        }

        return problems.Found;
    }

    public MachineSupply Describe(JsonElement spec) =>
        ProviderSpecs.Read(spec, ClusterApiSpecJson.Default.ClusterApiPart).ClusterApi is not { } found
            ? MachineSupply.Unknown
            : new()
            {
                Target = found.Owners is [var only] ? $"{found.Namespace}/{only.Name}" : $"{found.Namespace}: {found.Owners.Count} owners",
                Zones = [.. found.Owners.Select(static owner => owner.Zone)],
            };

    public IReadOnlyList<string> Validate(MachineProviderSettings settings)
    {
        if (!ProviderSpecs.TryRead(settings.Spec, ClusterApiSpecJson.Default.ClusterApiPart, out ClusterApiPart part, out string problem))
            return [problem];
        List<string> wrong = [.. Check(part.ClusterApi).Select(static one => $"{one}.")];
        if (part.ClusterApi is null)
            wrong.Add("spec.clusterapi must be set.");
        if (settings.Credentials.Find(Kubeconfig) is { } kubeconfig)
        {
            try
            {
                Parse(kubeconfig);
            }
            catch (NodeManagerException e)
            {
                wrong.Add(e.Message);
            }
        }
        else if (settings.Cluster is null)
        {
            wrong.Add($"spec.credentialsSecretRef must name a Secret with {Kubeconfig}, or a cluster must be connected.");
        }

        return wrong;
    }

    public IMachineProvider Create(MachineProviderSettings settings)
    {
        if (
            !ProviderSpecs.TryRead(settings.Spec, ClusterApiSpecJson.Default.ClusterApiPart, out ClusterApiPart part, out string problem)
            || part.ClusterApi is not { } spec
        )
            throw ProviderSpecs.Invalid(settings, problem, "Set spec.clusterapi.");
        if (settings.Credentials.Find(Kubeconfig) is not { } kubeconfig)
            return settings.Cluster is { } own
                ? new ClusterApiProvider(settings, spec, own, isOwnClient: false)
                : throw ProviderSpecs.Invalid(settings, problem, "Connect to a cluster.");
        var client = KubernetesClient.Create(
            Parse(kubeconfig),
            new()
            {
                Time = settings.Time,
                Logger = settings.Logger,
                WrapTransport = settings.WrapTransport,
            }
        );
        return new ClusterApiProvider(settings, spec, client, isOwnClient: true);
    }

    private static ClusterConfiguration Parse(string text) =>
        NodeManager.Kubernetes.Configuration.Kubeconfig.Parse(text, $"the key {Kubeconfig} of the Secret");
}
