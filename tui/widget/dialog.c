/* dialog.c — boxes that ask. */

#include "base/base.h"
#include "tui/widget/dialog.h"

#include "base/text.h"
#include "tui/widget/glyph.h"
#include "tui/widget/keys.h"

#define DIALOG_COLS_MAX 76
#define DIALOG_COLS_MIN 40

static const struct field_spec message_fields[] = {
	{ .kind = FIELD_BUTTON, .label = "OK" },
};

static const struct field_spec confirm_fields[] = {
	{ .kind = FIELD_BUTTON, .label = "Yes" },
	{ .kind = FIELD_BUTTON, .label = "No" },
};

static const struct field_spec typed_fields[] = {
	{ .kind = FIELD_TEXT, .label = "Type it here" },
	{ .kind = FIELD_SPACE },
	{ .kind = FIELD_BUTTON, .label = "Yes" },
	{ .kind = FIELD_BUTTON, .label = "No" },
};

void dialog_init(struct dialog *dialog, const char *title, const char *text,
	const struct field_spec *specs, int count, int yes, void *ctx)
{
	memset(dialog, 0, sizeof(*dialog));
	text_copy(dialog->title, sizeof(dialog->title), title);
	dialog->text = text_dup(text);
	form_init(&dialog->form, specs, count, ctx);
	dialog->yes = yes;
}

void dialog_message(struct dialog *dialog, const char *title, const char *text)
{
	dialog_init(dialog, title, text, message_fields, (int)ARRAY_SIZE(message_fields), 0, NULL);
}

void dialog_confirm(struct dialog *dialog, const char *title, const char *text, const char *yes)
{
	dialog_init(dialog, title, text, confirm_fields, (int)ARRAY_SIZE(confirm_fields), 0, NULL);
	form_set_label(&dialog->form, 0, yes);
	form_focus(&dialog->form, 1);
}

void dialog_typed(struct dialog *dialog, const char *title, const char *text, const char *expected,
	const char *yes)
{
	dialog_init(dialog, title, text, typed_fields, (int)ARRAY_SIZE(typed_fields), 2, NULL);
	form_set_label(&dialog->form, 2, yes);
	text_copy(dialog->expected, sizeof(dialog->expected), expected);
	dialog->form.fields[2].off = true;
}

void dialog_free(struct dialog *dialog)
{
	form_free(&dialog->form);
	free(dialog->text);
	dialog->text = NULL;
}

static bool is_ready(struct dialog *dialog)
{
	if (dialog->expected[0] && !text_equal(form_text(&dialog->form, 0), dialog->expected))
		return false;
	return !dialog->ready || dialog->ready(&dialog->form);
}

void dialog_set_text(struct dialog *dialog, const char *text)
{
	text_set(&dialog->text, text);
	dialog->skip = 0;
	dialog->form.fields[dialog->yes].off = !is_ready(dialog);
}

static bool scroll_text(struct dialog *dialog, int key)
{
	int most = dialog->text_rows - dialog->text_page;
	int64_t to;

	if (most <= 0 || form_types_text(&dialog->form) ||
		!keys_scroll(&to, key, dialog->skip, dialog->text_page, most))
		return false;
	dialog->skip = (int)to;
	return true;
}

static enum dialog_event pressed(const struct dialog *dialog)
{
	if (dialog->form.focus == dialog->yes)
		return DIALOG_YES;
	return dialog->form.focus == dialog->form.count - 1 ? DIALOG_NO : DIALOG_OTHER;
}

enum dialog_event dialog_key(struct dialog *dialog, int key)
{
	enum form_event event;

	if (!form_types_text(&dialog->form)) {
		if (key == 'y' && is_ready(dialog))
			return DIALOG_YES;
		if (key == 'n' || key == 'q')
			return DIALOG_NO;
		if (scroll_text(dialog, key))
			return DIALOG_OPEN;
	}
	if (key == K_CTRL('C'))
		return DIALOG_NO;
	event = form_key(&dialog->form, key);
	dialog->form.fields[dialog->yes].off = !is_ready(dialog);
	if (event == FORM_PRESSED)
		return pressed(dialog);
	return event == FORM_BACK ? DIALOG_NO : DIALOG_OPEN;
}

static int count_lines(struct screen *screen, const char *text, int cols)
{
	return screen_paragraph(screen, (struct area){ 0, 0, 0, cols }, STYLE_TEXT, text, 0);
}

static int widest_line(const char *text)
{
	int widest = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");
		int cols = (int)(len < DIALOG_COLS_MAX ? len : DIALOG_COLS_MAX);

		if (cols > widest)
			widest = cols;
		text += len + (text[len] == '\n');
	}
	return widest;
}

void dialog_draw(struct dialog *dialog, struct screen *screen)
{
	const char *text = dialog->text ? dialog->text : "";
	int cols = widest_line(text) + 6;
	int gap = *text ? 1 : 0;
	int form_height;
	struct area box;
	struct area inside;

	if (dialog->form.count > 2 || cols > DIALOG_COLS_MAX)
		cols = DIALOG_COLS_MAX;
	if (cols < DIALOG_COLS_MIN)
		cols = DIALOG_COLS_MIN;
	if (cols > screen_cols(screen) - 4)
		cols = screen_cols(screen) - 4;
	dialog->text_rows = count_lines(screen, text, cols - 4);
	form_height = form_rows(&dialog->form, cols - 4);
	box.rows = dialog->text_rows + gap + form_height + 2;
	if (box.rows > screen_rows(screen) - 2)
		box.rows = screen_rows(screen) - 2;
	box.cols = cols;
	box.y = (screen_rows(screen) - box.rows) / 2;
	box.x = (screen_cols(screen) - cols) / 2;
	inside = screen_box(screen, box, dialog->title);
	if (form_height > inside.rows)
		form_height = inside.rows;
	dialog->text_page = inside.rows - form_height - gap;
	if (dialog->text_page > 0)
		screen_paragraph(screen,
			(struct area){ inside.y, inside.x, dialog->text_page, inside.cols },
			STYLE_TEXT, text, dialog->skip);
	form_draw(&dialog->form, screen,
		(struct area){
			inside.y + inside.rows - form_height, inside.x, form_height, inside.cols },
		true);
}
