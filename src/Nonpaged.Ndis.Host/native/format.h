/* Text as Windows' kernel formats it. */
#ifndef NONPAGED_FORMAT_H
#define NONPAGED_FORMAT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Writes at most count - 1 characters and a zero, where count is not 0. Returns how many characters the whole text has. In the wide form the format has 16-bit characters, and %s and %c
 * mean wide ones.
 */
size_t NonpagedFormatA(char *buffer, size_t count, const char *format, va_list arguments);
size_t NonpagedFormatW(uint16_t *buffer, size_t count, const uint16_t *format, va_list arguments);

#endif
