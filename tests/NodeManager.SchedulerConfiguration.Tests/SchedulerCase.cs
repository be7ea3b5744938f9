namespace NodeManager.SchedulerConfigurations.Tests;

/// <summary>A configuration and what a scheduler makes of it.</summary>
/// <param name="Name">What it is about; unique.</param>
/// <param name="Body">
/// What follows apiVersion and kind. Where it holds <see cref="Head"/> or <see cref="JsonHead"/>, it is the whole text, and they stand for the
/// fields that every configuration of the table has.
/// </param>
/// <param name="Starts">A scheduler starts with it.</param>
/// <param name="Rule">The rule that tells so, or that warns; null: nothing to say.</param>
/// <param name="Api">Only for this API version; null: for v1beta1 (judged by 1.20) and v1 (judged by 1.36) alike.</param>
public sealed record SchedulerCase(string Name, string Body, bool Starts, string? Rule = null, string? Api = null)
{
    public const string Head = "HEAD\n";
    public const string JsonHead = "JSONHEAD";

    /// <summary>In place of a rule: the text cannot be read as YAML or JSON.</summary>
    public const string Unreadable = "Unreadable";

    /// <summary>The whole text.</summary>
    /// <param name="api">Its API version.</param>
    /// <param name="more">Further fields, a line of YAML each; those that the body has are left out.</param>
    public string Text(string api, params (string Field, string Yaml)[] more)
    {
        var added = more.Where(field => !Body.Contains(field.Field + ":", StringComparison.Ordinal)).ToList();
        var version = $"kubescheduler.config.k8s.io/{api}";
        var json =
            $"\"apiVersion\": \"{version}\", \"kind\": \"KubeSchedulerConfiguration\""
            + string.Concat(added.Select(field => $", \"{field.Field}\": {field.Yaml}"));
        var yaml =
            $"apiVersion: {version}\nkind: KubeSchedulerConfiguration\n"
            + string.Concat(added.Select(field => $"{field.Field}: {field.Yaml}\n"));
        if (Body.Contains(JsonHead, StringComparison.Ordinal))
            return Body.Replace(JsonHead, json, StringComparison.Ordinal);
        return Body.Contains(Head, StringComparison.Ordinal) ? Body.Replace(Head, yaml, StringComparison.Ordinal) : yaml + Body;
    }
}
