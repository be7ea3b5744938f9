using System.Text.Json;
using NodeManager.Core.Errors;
using NodeManager.Core.Machines;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Webhook;

internal sealed class WebhookProviderFactory : IMachineProviderFactory
{
    /// <summary>The key of its Secret.</summary>
    public const string Secret = "WEBHOOK_SECRET";

    // As many characters as 128 random bits have in hexadecimal digits.
    private const int ShortestSecret = 32;

    public string Type => "webhook";

    public IReadOnlyList<MachineSecret> GetSecrets(JsonElement spec) => [MachineSecret.Require(spec, Secret)];

    public IReadOnlyList<FieldProblem> Check(JsonElement spec) =>
        Check(ProviderSpecs.Read(spec, WebhookSpecJson.Default.WebhookPart).Webhook);

    private static IReadOnlyList<FieldProblem> Check(WebhookProviderSpec? spec)
    {
        if (spec is null)
            return [];
        const string path = "spec.webhook";
        var problems = new FieldProblems();
        ProviderSpecs.CheckEndpoint(problems, path, spec.Endpoint);
        problems.Add(
            $"{path}.endpoint",
            Uri.TryCreate(spec.Endpoint, UriKind.Absolute, out Uri? uri) && uri.Scheme == Uri.UriSchemeHttp && !uri.IsLoopback,
            "must be https: only on the same machine is http allowed"
        );
        ProviderSpecs.CheckCertificates(problems, path, spec.CaBundle);
        problems.AddDuration($"{path}.timeout", spec.Timeout, isPositive: true);
        return problems.Found;
    }

    public MachineSupply Describe(JsonElement spec) =>
        ProviderSpecs.Read(spec, WebhookSpecJson.Default.WebhookPart).Webhook is not { } webhook
            ? MachineSupply.Unknown
            : new() { Target = webhook.Endpoint, Zones = webhook.Zones ?? [] };

    public IReadOnlyList<string> Validate(MachineProviderSettings settings)
    {
        if (!ProviderSpecs.TryRead(settings.Spec, WebhookSpecJson.Default.WebhookPart, out WebhookPart part, out string problem))
            return [problem];
        List<string> wrong = [.. Check(part.Webhook).Select(static one => $"{one}.")];
        if (part.Webhook is null)
            wrong.Add("spec.webhook must be set.");
        if (ProviderHttp.CheckBundle(part.Webhook?.CaBundle) is { } bundle)
            wrong.Add($"spec.webhook.{bundle}");
        if (settings.Credentials.Find(Secret) is not { } secret)
            wrong.Add($"The Secret has no {Secret}.");
        else if (secret.Length < ShortestSecret)
            wrong.Add($"{Secret} must have at least {ShortestSecret} characters.");
        return wrong;
    }

    public IMachineProvider Create(MachineProviderSettings settings) =>
        ProviderSpecs.TryRead(settings.Spec, WebhookSpecJson.Default.WebhookPart, out WebhookPart part, out string problem)
        && part.Webhook is { } webhook
            ? new WebhookProvider(settings, webhook)
            : throw ProviderSpecs.Invalid(settings, problem, "Set spec.webhook.");
}
