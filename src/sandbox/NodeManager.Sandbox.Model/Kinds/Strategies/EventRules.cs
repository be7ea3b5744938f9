using System.Text;
using NodeManager.Kubernetes.Validation;

namespace NodeManager.Sandbox.Model.Kinds.Strategies;

/// <summary>Validates events of both groups. Source: validation of core/v1 and events.k8s.io/v1.</summary>
internal static class EventRules
{
    private const int LongestText = 128;
    private const int MaximumNoteBytes = 1024;

    public static KindRules Rules { get; } =
        new()
        {
            Validate = static (item, _, errors) => Validate(item, item.Object("involvedObject"), "reportingComponent", "message", errors),
            Default = static item =>
            {
                item.Ensure("involvedObject");
                item.Ensure("source");
            },
        };

    /// <param name="reporter">The reporter's field in this form.</param>
    /// <param name="note">The text's field in this form.</param>
    public static void Validate(JsonObject item, JsonObject? about, string reporter, string note, FieldErrors errors)
    {
        string space = about.Text("namespace") ?? "",
            own = item.Object("metadata").Text("namespace") ?? "";
        bool isOld = string.IsNullOrEmpty(item.Text("eventTime"));

        // Events about cluster-scoped objects are in one of these namespaces.
        bool isWrong = space.Length == 0 ? own != "default" && (isOld || own != "kube-system") : isOld && space != own;
        if (isWrong)
            errors.Invalid("involvedObject.namespace", space, "does not match event.namespace");
        if (isOld)
            return;

        string controller = item.Text(reporter) ?? "";
        if (controller.Length == 0)
            errors.Required(reporter);
        errors.Check(reporter, controller, NameRules.QualifiedName);
        foreach (string member in (ReadOnlySpan<string>)["reportingInstance", "action", "reason"])
        {
            string text = item.Text(member) ?? "";
            if (text.Length == 0)
                errors.Required(member);
            if (Encoding.UTF8.GetByteCount(text) > LongestText)
                errors.Invalid(member, "", $"can have at most {LongestText} characters");
        }

        if (Encoding.UTF8.GetByteCount(item.Text(note) ?? "") > MaximumNoteBytes)
            errors.Invalid("message", "", $"can have at most {MaximumNoteBytes} characters");
    }
}
