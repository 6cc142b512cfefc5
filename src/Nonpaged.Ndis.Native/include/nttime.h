/* The system's time as a date. Local time is UTC. Included by wdm.h. */
#include "wdm.h"

#ifndef NONPAGED_NTTIME_H
#define NONPAGED_NTTIME_H

typedef struct _TIME_FIELDS {
    CSHORT Year, Month, Day, Hour, Minute, Second, Milliseconds, Weekday;
} TIME_FIELDS, *PTIME_FIELDS;

/* Years begin in March here, so that a leap day is a year's last: a month begins (153 * month + 2) / 5 days after the year. */
NONPAGED_HELPER ULONG NonpagedDayOfDate(ULONG Year, ULONG Month, ULONG Day)
{
    ULONG month = (Month + 9) % 12, year = Year - (Month < 3);
    return year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + Day - 1;
}

/* Time is in units of 100 ns, from 1601-01-01, which was a Monday. */
NONPAGED_HELPER VOID RtlTimeToTimeFields(PLARGE_INTEGER Time, PTIME_FIELDS TimeFields)
{
    ULONG milliseconds = (ULONG)((ULONGLONG)Time->QuadPart / 10000 % 86400000);
    ULONG days = (ULONG)((ULONGLONG)Time->QuadPart / 10000 / 86400000), year = 1601 + days / 366, month = 12;
    ULONG day = NonpagedDayOfDate(1601, 1, 1) + days;
    while (NonpagedDayOfDate(year + 1, 1, 1) <= day) year++;
    while (NonpagedDayOfDate(year, month, 1) > day) month--;
    TimeFields->Year = (CSHORT)year;
    TimeFields->Month = (CSHORT)month;
    TimeFields->Day = (CSHORT)(day - NonpagedDayOfDate(year, month, 1) + 1);
    TimeFields->Hour = (CSHORT)(milliseconds / 3600000);
    TimeFields->Minute = (CSHORT)(milliseconds / 60000 % 60);
    TimeFields->Second = (CSHORT)(milliseconds / 1000 % 60);
    TimeFields->Milliseconds = (CSHORT)(milliseconds % 1000);
    TimeFields->Weekday = (CSHORT)((days + 1) % 7);
}

NONPAGED_HELPER BOOLEAN RtlTimeFieldsToTime(PTIME_FIELDS TimeFields, PLARGE_INTEGER Time)
{
    ULONG year = (ULONG)TimeFields->Year, month = (ULONG)TimeFields->Month, next, day, milliseconds;
    if (TimeFields->Year < 1601 || month < 1 || month > 12 || TimeFields->Day < 1) return FALSE;
    if (TimeFields->Hour < 0 || TimeFields->Hour > 23 || TimeFields->Minute < 0 || TimeFields->Minute > 59) return FALSE;
    if (TimeFields->Second < 0 || TimeFields->Second > 59) return FALSE;
    if (TimeFields->Milliseconds < 0 || TimeFields->Milliseconds > 999) return FALSE;
    day = NonpagedDayOfDate(year, month, (ULONG)TimeFields->Day);
    next = month == 12 ? NonpagedDayOfDate(year + 1, 1, 1) : NonpagedDayOfDate(year, month + 1, 1);
    if (day >= next) return FALSE;
    milliseconds = (ULONG)(((TimeFields->Hour * 60 + TimeFields->Minute) * 60 + TimeFields->Second) * 1000 + TimeFields->Milliseconds);
    Time->QuadPart = ((LONGLONG)(day - NonpagedDayOfDate(1601, 1, 1)) * 86400000 + milliseconds) * 10000;
    return TRUE;
}

NONPAGED_HELPER VOID ExSystemTimeToLocalTime(PLARGE_INTEGER SystemTime, PLARGE_INTEGER LocalTime)
{
    LocalTime->QuadPart = SystemTime->QuadPart;
}

NONPAGED_HELPER VOID ExLocalTimeToSystemTime(PLARGE_INTEGER LocalTime, PLARGE_INTEGER SystemTime)
{
    SystemTime->QuadPart = LocalTime->QuadPart;
}

#endif
